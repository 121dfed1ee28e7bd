package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.internal.routing.Server.Client;
import im.restante.session.CloseReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A message leaves the spool on proof only. */
class ProofTest {
    private final Server server = new Server(Map.of("window", "4"));
    private Client juliet;

    @BeforeEach
    void write() {
        juliet = server.connect(JULIET, "balcony");
        numbers(1, 10).forEach(n -> juliet.chat(ROMEO, n));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    /** A session that has been sent a whole window and has proved nothing. */
    private Client unproved(String resource) {
        Client romeo = server.connect(ROMEO, resource, new FakeLink().unproved());
        romeo.available(0);
        eventually(() -> romeo.link.batchesUnproved() == 2);
        assertEquals(numbers(1, 4), romeo.bodies());
        return romeo;
    }

    @Test
    void rowsStayUntilTheyAreProvedAndNoMoreThanAWindowIsOut() {
        Client romeo = unproved("orchard");
        assertEquals(numbers(1, 10), server.delivery.spool(ROMEO));
        romeo.link.prove(1);
        eventually(() -> romeo.bodies().equals(numbers(1, 6)));
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(3, 10)));
        assertEquals(2, romeo.link.batchesUnproved());
        assertEquals("DRAINING", server.state(romeo));
        while (!server.delivery.spool(ROMEO).isEmpty()) {
            romeo.link.prove(Math.min(1, romeo.link.batchesUnproved()));
        }
        eventually(() -> server.state(romeo).equals("LIVE"));
        assertEquals(numbers(1, 10), romeo.bodies());
    }

    @Test
    void aCutBeforeTheProofLosesNothing() {
        Client romeo = unproved("orchard");
        romeo.link.prove(1);
        eventually(() -> romeo.bodies().equals(numbers(1, 6)));
        romeo.end(CloseReason.CUT);
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(3, 10)));
        assertEquals(numbers(3, 10), server.live(ROMEO, "orchard", 0).bodies());
    }

    @Test
    void whoProvesAndLeavesFasterThanTheServerLooksDoesNotGetItAgain() {
        FakeLink link = new FakeLink();
        Client romeo = server.connect(ROMEO, "orchard", link);
        link.onSentStored(() -> romeo.endLater(CloseReason.ORDERLY));
        romeo.available(0);
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(3, 10)));
        assertEquals(numbers(1, 2), romeo.bodies());
        assertEquals(numbers(3, 10), server.live(ROMEO, "orchard", 0).bodies());
    }

    @Test
    void theOtherSessionTakesOverInOrderAndAgainWithTheSameStanzaIds() {
        Client first = unproved("orchard");
        Client second = server.connect(ROMEO, "hall");
        second.available(0);
        assertEquals(List.of(), second.bodies());
        first.end(CloseReason.CUT);
        eventually(() -> server.state(second).equals("LIVE"));
        assertEquals(numbers(1, 10), second.bodies());
        assertEquals(
                first.link.received().toString(),
                second.link.received().subList(0, 4).toString());
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
    }

    @Test
    void whatASessionThatIsNoLongerAvailableMayStillProveIsNotOvertaken() {
        Client first = unproved("orchard");
        Client second = server.connect(ROMEO, "hall");
        second.available(0);
        first.say("<presence type='unavailable'/>");
        juliet.chat(ROMEO, "11");
        assertEquals(List.of(), second.bodies());
        first.link.prove(1);
        eventually(() -> server.delivery.spool(ROMEO).equals(numbers(3, 11)));
        first.end(CloseReason.CUT);
        eventually(() -> second.bodies().equals(numbers(3, 11)));
    }

    @Test
    void aSessionThatIsGivenNothingForWantOfProofLeavesTheSpoolToTheNext() {
        Client deaf = server.connect(ROMEO, "orchard", new FakeLink().refusing());
        deaf.available(0);
        eventually(() -> server.state(deaf).equals("AWAY"));
        juliet.chat(ROMEO, "11");
        assertEquals(numbers(1, 11), server.delivery.spool(ROMEO));
        assertEquals(numbers(1, 11), server.live(ROMEO, "hall", 0).bodies());
        assertEquals(List.of(), deaf.bodies());
    }

    @Test
    void aRestartBeforeTheProofLosesNothing() {
        unproved("orchard");
        server.close();
        try (Server again = new Server(server.delivery, server.users, Map.of())) {
            assertEquals(numbers(1, 10), again.live(ROMEO, "orchard", 0).bodies());
        }
    }

    @Test
    void aWindowOfOneIsOne() {
        server.modified(Map.of("window", "1"));
        Client romeo = server.connect(ROMEO, "orchard", new FakeLink().unproved());
        romeo.available(0);
        List<String> expected = new ArrayList<>();
        for (String n : numbers(1, 10)) {
            expected.add(n);
            eventually(() -> romeo.link.batchesUnproved() == 1);
            assertEquals(expected, romeo.bodies());
            romeo.link.prove(1);
        }
        eventually(() -> server.state(romeo).equals("LIVE"));
    }
}
