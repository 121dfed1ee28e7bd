package im.restante.itests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.itests.faults.RuledLedger.Ruled;
import im.restante.itests.faults.RuledLedger.Visit;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RuledLedgerTest {
    private static final Mail MAIL = new Mail(0, 1);
    private static final Instant EXPIRES = Instant.parse("2026-11-22T12:00:00Z");

    private final RuledLedger ledger = new RuledLedger();

    @Test
    void oneReplyIsAsItShouldBe() {
        sent(false);
        ledger.told(came("a"));
        assertCount(0, 0, 0, 0);
    }

    @Test
    void aDeliveryInTimeIsAsItShouldBeAndAReplyAboutItIsStrange() {
        sent(false);
        visit("a", -20, -10, true);
        assertCount(0, 0, 0, 0);
        assertEquals(1, ledger.inTime());
        ledger.told(came("b"));
        assertCount(0, 0, 0, 1);
    }

    @Test
    void aVisitThatWasCutProvesNothingSoThatAReplyMayFollow() {
        sent(false);
        visit("a", -20, -10, false);
        ledger.told(came("b"));
        assertCount(0, 0, 0, 0);
    }

    @Test
    void theSameReplyMayComeAgainButNotASecondOne() {
        sent(false);
        ledger.told(came("a", "a"));
        assertCount(0, 1, 0, 0);
        ledger.told(came("b"));
        assertCount(0, 1, 1, 0);
    }

    @Test
    void whatNeitherCameNorWasToldOfIsLostAndSoIsWhatWasToWaitOn() {
        sent(false);
        assertEquals(1, ledger.open(List.of()));
        assertCount(1, 0, 0, 0);
        sent(true);
        ledger.told(came("a"));
        assertCount(1, 0, 0, 0);
        visit("b", 10, 20, true);
        assertCount(0, 0, 0, 0);
    }

    @Test
    void whatComesPastItsEndOrUntoldIsStrange() {
        sent(false);
        visit("a", 10, 20, true);
        assertCount(0, 0, 0, 1);
        sent(true);
        assertCount(0, 0, 0, 1);
    }

    @Test
    void whatFailedMayNeitherComeNorBeToldOf() {
        sent(false);
        ledger.failed(MAIL);
        assertEquals(0, ledger.open(List.of()));
        assertCount(0, 0, 0, 0);
        visit("a", -20, -10, true);
        assertEquals(1, ledger.count().untrue());
        ledger.told(came("b"));
        assertCount(0, 0, 0, 1);
    }

    private void sent(boolean goesOn) {
        ledger.sent(MAIL, new Ruled(goesOn, EXPIRES));
    }

    private void visit(String stanzaId, int begin, int end, boolean orderly) {
        ledger.visit(new Visit(came(stanzaId), EXPIRES.plusSeconds(begin), EXPIRES.plusSeconds(end), orderly));
    }

    private static List<Client.Received> came(String... stanzaIds) {
        return Arrays.stream(stanzaIds)
                .map(id -> new Client.Received(Optional.of(MAIL), id))
                .toList();
    }

    private void assertCount(long lost, long doubled, long otherIds, long strange) {
        Ledger.Count count = ledger.count();
        assertEquals(
                List.of(lost, doubled, otherIds, strange),
                List.of(count.lost(), count.doubled(), count.otherIds(), count.strange()));
    }
}
