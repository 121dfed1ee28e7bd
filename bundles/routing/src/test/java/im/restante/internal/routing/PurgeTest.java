package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.internal.routing.Server.get;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.routing.Server.Client;
import im.restante.jid.Jid;
import im.restante.session.CloseReason;
import im.restante.spool.SpoolPurge.Step;
import im.restante.store.StoredMessage;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an administrator removes of what waits: all of it but what is on its way, and nothing that is live. */
class PurgeTest {
    private static final Jid NURSE = Jid.of("nurse@localhost");
    private static final Predicate<StoredMessage> ALL = row -> true;

    private final Server server = new Server(Map.of("window", "4"));
    private final Told told = new Told();
    private final Client juliet;
    private final Client nurse;

    PurgeTest() {
        server.existing.add(NURSE);
        juliet = server.connect(JULIET, "balcony");
        nurse = server.connect(NURSE, "kitchen");
        server.addMessageListener(told);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    private void waiting(int from, int to) {
        numbers(from, to).forEach(number -> juliet.chat(ROMEO, number));
    }

    /** How many were removed and left, by as many steps as it takes. */
    private List<Integer> purge(Predicate<StoredMessage> wanted) {
        long upTo = get(server.spool.waitingUpTo(ROMEO));
        int removed = 0;
        int left = 0;
        long after = 0;
        while (true) {
            Step step = get(server.spool.step(ROMEO, after, upTo, wanted, "the warden"));
            removed += step.removed();
            left += step.left();
            after = step.after();
            if (step.last()) {
                return List.of(removed, left);
            }
        }
    }

    private long purged() {
        return told.lines.stream().filter(line -> line.contains(" PURGED")).count();
    }

    @Test
    void allOfItGoesInPagesAndEachMessageIsToldOnce() {
        waiting(1, 110); // two pages
        assertEquals(List.of(110, 0), purge(ALL));
        assertEquals(List.of(), server.delivery.spool(ROMEO));
        eventually(() -> purged() == 110);
        assertTrue(
                told.lines.stream().anyMatch(line -> line.startsWith(ROMEO + " from " + JULIET + " [")),
                "with its sender");
        assertEquals(List.of(0, 0), purge(ALL), "there is no more");
        assertEquals(110, purged());
        juliet.chat(ROMEO, "later");
        assertEquals(List.of("later"), server.live(ROMEO, "orchard", 0).bodies());
    }

    @Test
    void onlyWhatIsWantedGoesAndTheRestKeepsItsOrder() {
        for (int i = 1; i <= 6; i++) {
            (i % 2 == 0 ? juliet : nurse).chat(ROMEO, Integer.toString(i));
        }
        assertEquals(List.of(3, 0), purge(row -> row.sender().equals(NURSE)));
        assertEquals(List.of("2", "4", "6"), server.live(ROMEO, "orchard", 0).bodies());
    }

    /** It was there before the server started, and nobody has logged in since. */
    @Test
    void whatAnEarlierServerStoredGoesToo() {
        waiting(1, 3);
        server.close();
        try (Server next = new Server(server.delivery, server.users, Map.of())) {
            long upTo = get(next.spool.waitingUpTo(ROMEO));
            assertEquals(
                    3, get(next.spool.step(ROMEO, 0, upTo, ALL, "the warden")).removed());
            assertEquals(List.of(), next.delivery.spool(ROMEO));
        }
    }

    @Test
    void whatComesAfterItBeganStays() {
        server.clock = Clock.fixed(Instant.now().plusSeconds(1), ZoneOffset.UTC);
        waiting(1, 2);
        long upTo = get(server.spool.waitingUpTo(ROMEO));
        waiting(3, 4);
        Step step = get(server.spool.step(ROMEO, 0, upTo, ALL, "the warden"));
        assertEquals(2, step.removed());
        assertTrue(step.last());
        assertEquals(numbers(3, 4), server.delivery.spool(ROMEO));
    }

    /** The first message of a millisecond in which a purge has begun. */
    @Test
    void whatComesInTheSameMillisecondStays() {
        waiting(1, 2);
        server.clock = Clock.fixed(Instant.now().plusSeconds(1), ZoneOffset.UTC);
        long upTo = get(server.spool.waitingUpTo(ROMEO));
        waiting(3, 3);
        assertEquals(
                2, get(server.spool.step(ROMEO, 0, upTo, ALL, "the warden")).removed());
        assertEquals(numbers(3, 3), server.delivery.spool(ROMEO));
    }

    /** Those in the window are its client's already; those behind it are read and not handed over. */
    @Test
    void whileADrainGoesOnWhatIsOnItsWayIsLeftAndTheRestIsNotHandedOver() {
        waiting(1, 12);
        Client romeo = server.connect(ROMEO, "orchard", new FakeLink().unproved());
        romeo.available(0);
        eventually(() -> romeo.bodies().size() == 4);
        assertEquals(List.of(8, 4), purge(ALL));
        assertEquals(numbers(1, 4), server.delivery.spool(ROMEO));
        romeo.link.prove(romeo.link.batchesUnproved());
        eventually(() -> server.state(romeo).equals("LIVE"));
        assertEquals(numbers(1, 4), romeo.bodies());
        assertEquals(List.of(), server.delivery.spool(ROMEO));
        assertEquals(8, purged());
    }

    @Test
    void whatWasLeftAndNotAcknowledgedWaitsForTheNextSession() {
        waiting(1, 8);
        Client romeo = server.connect(ROMEO, "orchard", new FakeLink().unproved());
        romeo.available(0);
        eventually(() -> romeo.bodies().size() == 4);
        assertEquals(List.of(4, 4), purge(ALL));
        romeo.end(CloseReason.CUT);
        assertEquals(numbers(1, 4), server.live(ROMEO, "garden", 0).bodies());
    }

    @Test
    void whatCameWhileASessionWasAvailableIsNotRemoved() {
        waiting(1, 4);
        Client romeo = server.connect(ROMEO, "orchard", new FakeLink().unproved());
        romeo.available(0);
        eventually(() -> romeo.bodies().size() == 4);
        waiting(5, 6); // behind the backlog
        assertEquals(List.of(0, 4), purge(ALL));
        romeo.link.prove(romeo.link.batchesUnproved());
        eventually(() -> romeo.bodies().size() == 6);
        assertEquals(numbers(1, 6), romeo.bodies());
    }

    @Test
    void aBlockedSendersMailGoesToo() {
        waiting(1, 2);
        server.roster.blocked.add(ROMEO + " " + JULIET);
        assertEquals(List.of(2, 0), purge(ALL));
    }

    @Test
    void aFailureIsToldAndNothingIsSaidToBeRemoved() {
        waiting(1, 2);
        server.delivery.broken = true;
        long upTo = Long.MAX_VALUE;
        assertThrows(
                CompletionException.class,
                () -> server.spool
                        .step(ROMEO, 0, upTo, ALL, "the warden")
                        .toCompletableFuture()
                        .join());
        assertEquals(0, purged());
    }

    @Test
    void aPredicateThatThrowsIsAFailure() {
        waiting(1, 2);
        assertThrows(
                CompletionException.class,
                () -> server.spool
                        .step(
                                ROMEO,
                                0,
                                Long.MAX_VALUE,
                                row -> {
                                    throw new IllegalStateException("wanted");
                                },
                                "the warden")
                        .toCompletableFuture()
                        .join());
        assertEquals(numbers(1, 2), server.delivery.spool(ROMEO));
    }
}
