package im.restante.internal.spool;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Delivery;
import im.restante.internal.support.Dynamic;
import im.restante.internal.support.ThreadWorkers;
import im.restante.internal.support.Workers;
import im.restante.jid.Jid;
import im.restante.store.Fence;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ids of servers that come one after another to the same store, while the clock does what it likes. */
class IdKeeperTest {
    private static final Instant NOW = Instant.parse("2027-01-15T08:00:00Z");

    private static final Jid ROMEO = Jid.of("romeo@localhost");

    /** The only one of partition 1. */
    private static final Jid JULIET = Jid.of("juliet@localhost");

    private boolean timePasses = true;
    private final Workers real = new ThreadWorkers("test");
    private final Workers workers = new Workers() {
        @Override
        public void execute(Runnable task) {
            real.execute(task);
        }

        @Override
        public void after(Duration delay, Runnable task) {
            if (timePasses) {
                real.after(delay, task);
            }
        }

        @Override
        public void close() {
            real.close();
        }
    };
    private final Dynamic<Delivery> delivery = new Dynamic<>(workers);
    private CompletionStage<Void> mayKeep = completedFuture(null);
    private CompletionStage<Void> mayTell = completedFuture(null);
    /** What the store keeps, and what it kept when the present server began. */
    private long kept;

    private long keptBefore;

    IdKeeperTest() {
        delivery.set((Delivery) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Delivery.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "largestId" -> mayTell.thenApply(may -> keptBefore);
                    case "reserveIds" -> mayKeep.thenApply(may -> kept = Math.max(kept, (Long) arguments[0]));
                    default -> throw new UnsupportedOperationException(method.getName());
                }));
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    /** A server begins, and nothing of the one before is left but what the store keeps. */
    private Owners server(Instant now) {
        keptBefore = kept;
        return new Owners(
                Jid.of("localhost"),
                Clock.fixed(now, ZoneOffset.UTC),
                new PartitionIds(owner -> new Fence(owner.equals(JULIET) ? 1 : 0, 0)),
                workers,
                delivery,
                null,
                () -> null,
                () -> Long.MAX_VALUE,
                SpoolSettings.of(Map.of()));
    }

    private static long nextId(Owners server) throws Exception {
        new IdKeeper(server).ready().toCompletableFuture().get(20, TimeUnit.SECONDS);
        return server.ids.next(ROMEO, server.clock.instant());
    }

    @Test
    void everyServerBeginsAboveWhatOnesBeforeItGaveAlthoughTheClockIsSetBackAgainAndAgain() throws Exception {
        long last = 0;
        for (int server = 0; server < 5; server++) {
            long id = nextId(server(NOW.minus(Duration.ofHours(server))));
            assertTrue(id > last, "server " + server);
            assertTrue(id < kept, "kept before it is given, by server " + server);
            last = id;
        }
    }

    @Test
    void noIdIsGivenBeforeTheStoreKeepsIt() throws Exception {
        timePasses = false;
        CompletableFuture<Void> committed = new CompletableFuture<>();
        mayKeep = committed;
        Owners server = server(NOW);
        CompletionStage<Void> ready = new IdKeeper(server).ready();
        assertEquals(0, kept);
        assertFalse(ready.toCompletableFuture().isDone(), "the first session waits");
        committed.complete(null);
        ready.toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertTrue(server.ids.next(ROMEO, server.clock.instant()) < kept);
    }

    @Test
    void idsAreKeptAboveAFloorThatBecomesKnownLate() throws Exception {
        nextId(server(NOW));
        CompletableFuture<Void> answer = new CompletableFuture<>();
        mayTell = answer;
        Owners late = server(NOW.minus(Duration.ofHours(1)));
        new IdKeeper(late).ready().toCompletableFuture().get(20, TimeUnit.SECONDS); // does not wait for ever
        long before = kept;
        answer.complete(null);
        assertTrue(kept > before && late.ids.next(ROMEO, late.clock.instant()) < kept);
    }

    @Test
    void aStoreThatDoesNotAnswerHoldsNobodyUpForLong() throws Exception {
        mayKeep = new CompletableFuture<>();
        assertTrue(nextId(server(NOW)) > 0);
    }

    /** As of a partition that is taken over from a node whose clock is ahead. */
    @Test
    void idsAboveTheFloorOfAPartitionAreKeptBeforeTheFirstIsGiven() throws Exception {
        timePasses = false;
        Owners server = server(NOW);
        IdKeeper keeper = new IdKeeper(server);
        keeper.ready().toCompletableFuture().get(20, TimeUnit.SECONDS);
        long romeos = server.ids.next(ROMEO, server.clock.instant());
        long floor = ArrivalIds.of(NOW.plus(Duration.ofHours(1)).toEpochMilli());
        CompletableFuture<Void> committed = new CompletableFuture<>();
        mayKeep = committed;
        CompletionStage<Void> raised = keeper.floor(1, floor);
        assertFalse(raised.toCompletableFuture().isDone(), "the partition waits");
        committed.complete(null);
        raised.toCompletableFuture().get(20, TimeUnit.SECONDS);
        long juliets = server.ids.next(JULIET, server.clock.instant());
        assertTrue(juliets > floor && juliets < kept);
        assertEquals(romeos + 1, server.ids.next(ROMEO, server.clock.instant()), "another partition goes on as before");
    }

    @Test
    void aFloorThatIsSetBeforeTheFirstSessionIsKeptWithIt() throws Exception {
        timePasses = false;
        Owners server = server(NOW);
        IdKeeper keeper = new IdKeeper(server);
        long floor = ArrivalIds.of(NOW.plus(Duration.ofHours(1)).toEpochMilli());
        assertTrue(keeper.floor(1, floor).toCompletableFuture().isDone());
        keeper.ready().toCompletableFuture().get(20, TimeUnit.SECONDS);
        long id = server.ids.next(JULIET, server.clock.instant());
        assertTrue(id > floor && id < kept);
    }

    @Test
    void aFloorWaitsForAStoreThatDoesNotAnswerNoLongerThanAMoment() throws Exception {
        Owners server = server(NOW);
        IdKeeper keeper = new IdKeeper(server);
        keeper.ready().toCompletableFuture().get(20, TimeUnit.SECONDS);
        mayKeep = new CompletableFuture<>();
        long floor = ArrivalIds.of(NOW.plus(Duration.ofHours(1)).toEpochMilli());
        keeper.floor(1, floor).toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertTrue(server.ids.next(JULIET, server.clock.instant()) > floor);
    }
}
