package im.restante.itests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private final Ledger ledger = new Ledger();

    @Test
    void whatWasAcknowledgedAndNeverCameIsLostAndTheRestIsNot() {
        taken(1, 2, 3);
        ledger.sent(new Mail(0, 4), Told.NOTHING);
        came("1 2");
        assertEquals(new Ledger.Count(4, 3, 2, 1, 0, 0, 0, 0, 0), ledger.count());
    }

    @Test
    void aSecondLoginMayBeginAgainWhereTheFirstWasCutAndThatIsNoDisorder() {
        taken(1, 2, 3, 4);
        came("1 2 3");
        came("2 3 4");
        assertEquals(new Ledger.Count(4, 4, 4, 0, 2, 0, 0, 0, 0), ledger.count());
    }

    @Test
    void howFarBackTheOldestLiesThatCameAgainIsTold() {
        taken(1, 2, 3, 4);
        came("1 2 3");
        came("4");
        assertEquals(0, ledger.cameAgain());
        came("2");
        assertEquals(2, ledger.cameAgain());
    }

    @Test
    void whatComesAgainUnderAnotherIdIsTold() {
        taken(1);
        came("1");
        ledger.login(List.of(new Client.Received(Optional.of(new Mail(0, 1)), "other")));
        assertEquals(new Ledger.Count(1, 1, 1, 0, 1, 1, 0, 0, 0), ledger.count());
    }

    @Test
    void anEarlierOneBehindALaterOneIsDisorderWithinALoginAndAcrossTwo() {
        taken(1, 2, 3, 4);
        came("1 3 2");
        came("4");
        assertEquals(1, ledger.count().outOfOrder());
        taken(5, 6);
        came("6");
        came("5");
        assertEquals(2, ledger.count().outOfOrder());
    }

    @Test
    void whatWasNeverSentToThisAccountOrIsNotAsSentIsStrange() {
        taken(1);
        came("7");
        ledger.login(List.of(new Client.Received(Optional.empty(), "")));
        assertEquals(2, ledger.count().strange());
    }

    @Test
    void whatCameAlthoughItsSenderWasToldThatItFailedIsUntrueAndOnceHoweverOftenItCame() {
        taken(1);
        ledger.sent(new Mail(0, 2), Told.FAILED);
        ledger.sent(new Mail(0, 3), Told.FAILED);
        came("1 2");
        assertEquals(new Ledger.Count(3, 1, 2, 0, 0, 0, 0, 0, 1), ledger.count());
        came("2");
        assertEquals(1, ledger.count().untrue());
    }

    private void taken(long... numbers) {
        Arrays.stream(numbers).forEach(number -> ledger.sent(new Mail(0, number), Told.TAKEN));
    }

    private void came(String numbers) {
        ledger.login(Arrays.stream(numbers.split(" "))
                .map(number -> new Client.Received(Optional.of(new Mail(0, Long.parseLong(number))), "id" + number))
                .toList());
    }
}
