package im.restante.internal.delivery;

import static im.restante.internal.delivery.Fixture.ROMEO;
import static im.restante.internal.delivery.Fixture.row;
import static im.restante.internal.delivery.StoreTest.now;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.support.FakeReference;
import im.restante.itests.support.MemoryStore;
import im.restante.jid.Jid;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A store that can be read and does not write, while others prove what they got. */
class RemovalStormTest {
    private static final int ROWS = 5_000;
    private static final int PAGE = 50;
    /** A store that heals must be noticed within two seconds, so it is asked at least thirty times a minute. */
    private static final int CALLS_A_MINUTE = 50;

    private final Fixture fixture = new Fixture();
    private final MemoryStore store = new MemoryStore();

    private void pass(Duration time) {
        for (long tenth = 0; tenth < time.toMillis() / 100; tenth++) {
            fixture.pass(Duration.ofMillis(100));
        }
    }

    /** Reads page after page and hands in a removal of each, as a client proves them. */
    private List<CompletableFuture<Void>> drain(Jid owner) {
        List<CompletableFuture<Void>> removals = new ArrayList<>();
        long after = 0;
        List<StoredMessage> page = now(fixture.delivery.page(owner, after, PAGE, Long.MAX_VALUE));
        while (!page.isEmpty()) {
            List<Long> ids = page.stream().map(StoredMessage::id).toList();
            removals.add(fixture.delivery.remove(owner, ids).toCompletableFuture());
            after = ids.get(ids.size() - 1);
            page = now(fixture.delivery.page(owner, after, PAGE, Long.MAX_VALUE));
        }
        return removals;
    }

    @Test
    void aDrainWhoseRemovalsFailAsksTheStoreNowAndThenAndEndsWhenItHeals() throws ReflectiveOperationException {
        fixture.bind("first", 0, store);
        LongStream.rangeClosed(1, ROWS).forEach(id -> store.rows.add(row(id)));
        store.failureToWrite = new StoreException("read-only");
        try (SaidInTheLog log = new SaidInTheLog(OwedRemovals.class, SpoolDelivery.class)) {
            List<CompletableFuture<Void>> removals = drain(ROMEO);
            assertEquals(ROWS / PAGE, removals.size());
            pass(Duration.ofMinutes(1));
            assertTrue(store.removals.get() <= CALLS_A_MINUTE, () -> store.removals + " calls in a minute");
            assertTrue(log.lines("read-only") >= 1 && log.lines("read-only") <= 2, log::toString);
            pass(Duration.ofMinutes(9));
            assertTrue(store.removals.get() <= 10 * CALLS_A_MINUTE, () -> store.removals + " calls in ten minutes");
            assertTrue(log.lines("read-only") <= 11, log::toString);
            assertTrue(log.lines(" WARN ") <= 12, log::toString);
            assertTrue(removals.stream().noneMatch(CompletableFuture::isDone), "nobody is told what is not so");
            assertEquals(ROWS, store.ids().size());

            store.failureToWrite = null;
            pass(Duration.ofSeconds(2));
            assertEquals(List.of(), store.ids());
            removals.forEach(removal -> now(removal));
        }
    }

    @Test
    void manyOwnersCostNoMoreThanOne() {
        fixture.bind("first", 0, store);
        List<Jid> owners = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            owners.add(Jid.of("owner" + i + "@example.org"));
            store.rows.add(row(i + 1, owners.get(i), 10));
        }
        store.failureToWrite = new StoreException("read-only");
        List<CompletableFuture<Void>> removals = new ArrayList<>();
        owners.forEach(owner -> removals.addAll(drain(owner)));
        pass(Duration.ofMinutes(1));
        assertTrue(store.removals.get() <= CALLS_A_MINUTE, () -> store.removals + " calls in a minute");
        store.failureToWrite = null;
        pass(Duration.ofSeconds(2));
        assertEquals(List.of(), store.ids());
        removals.forEach(removal -> now(removal));
    }

    @Test
    void whatWasProvedIsNotShownAgainWhileItIsStillThere() {
        fixture.bind("first", 0, store);
        LongStream.rangeClosed(1, 300).forEach(id -> store.rows.add(row(id)));
        store.failureToWrite = new StoreException("read-only");
        fixture.delivery.remove(ROMEO, LongStream.rangeClosed(1, 120).boxed().toList());
        List<StoredMessage> page = now(fixture.delivery.page(ROMEO, 0, 50, Long.MAX_VALUE));
        assertEquals(
                LongStream.rangeClosed(121, 170).boxed().toList(),
                page.stream().map(StoredMessage::id).toList(),
                "a whole page, of others");
    }

    @Test
    void aStoreThatIsReplacedWhileItOwesIsMadeUpForInItsSuccessor() {
        FakeReference<MessageStore> reference = fixture.bind("first", 0, store);
        store.rows.add(row(1));
        store.rows.add(row(2));
        store.failureToWrite = new StoreException("read-only");
        CompletionStage<Void> removal = fixture.delivery.remove(ROMEO, List.of(1L));
        assertFalse(removal.toCompletableFuture().isDone());
        fixture.delivery.unbindStore(reference);
        now(removal); // as if it had been away from the beginning
        MemoryStore successor = new MemoryStore();
        successor.rows.addAll(store.rows);
        fixture.bind("first", 0, successor);
        assertEquals(List.of(2L), successor.ids());
    }

    @Test
    void aRemovalThatIsNotAnsweredIsTriedAgainAfterItsTime() {
        fixture.bind("first", 0, store);
        store.rows.add(row(1));
        store.beforeRemove = new CompletableFuture<>();
        CompletionStage<Void> removal = fixture.delivery.remove(ROMEO, List.of(1L));
        pass(Duration.ofSeconds(9));
        assertEquals(1, store.removals.get());
        store.beforeRemove = CompletableFuture.completedFuture(null);
        pass(Duration.ofSeconds(3));
        now(removal);
        assertEquals(List.of(), store.ids());
    }

    @Test
    void whatIsOwedIsBounded() {
        fixture.bind("first", 0, store);
        store.failureToWrite = new StoreException("read-only");
        CompletionStage<Void> most = fixture.delivery.remove(
                ROMEO, LongStream.rangeClosed(1, OwedRemovals.MAX_IDS).boxed().toList());
        assertFalse(most.toCompletableFuture().isDone());
        CompletionStage<Void> more = fixture.delivery.remove(ROMEO, List.of(OwedRemovals.MAX_IDS + 1L));
        assertTrue(more.toCompletableFuture().isCompletedExceptionally());
    }

    @Test
    void aRemovalThatWaitsDoesNotHoldUpTheOwnersPages() {
        fixture.bind("first", 0, store);
        store.rows.add(row(1));
        store.failureToWrite = new StoreException("read-only");
        fixture.delivery.remove(ROMEO, List.of(1L));
        assertTrue(fixture.gate.isIdle(), "a move could close it");
    }
}
