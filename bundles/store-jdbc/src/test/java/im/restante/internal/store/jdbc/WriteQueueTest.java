package im.restante.internal.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.store.jdbc.Operation.Append;
import im.restante.internal.store.jdbc.Operation.Removal;
import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class WriteQueueTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");

    private final WriteQueue queue = new WriteQueue();

    private static Append append(long id, int bytes) {
        return append(id, bytes, Claim.NEVER_WITHDRAWN);
    }

    private static Append append(long id, int bytes, Claim claim) {
        return new Append(
                StoredMessage.of(id, ROMEO, ROMEO, Instant.EPOCH, new byte[bytes]),
                Admission.UNLIMITED,
                Fence.HERE,
                claim);
    }

    private static Removal removal(int ids) {
        return new Removal(ROMEO, Collections.nCopies(ids, 1L), Fence.HERE);
    }

    private List<Operation<?>> take() throws InterruptedException {
        return queue.take(0);
    }

    @Test
    void aLoneChangeIsTakenAtOnce() throws Exception {
        Append one = append(1, 10);
        queue.put(one);
        assertEquals(List.of(one), take());
        assertEquals(List.of(), take());
    }

    @Test
    void aBatchHasItsMostChangesAndTheRestWaits() throws Exception {
        for (int i = 1; i <= 600; i++) {
            queue.put(append(i, 10));
        }
        assertEquals(512, take().size());
        assertEquals(88, take().size());
    }

    @Test
    void aBatchHasItsMostBytesButAtLeastOneChange() throws Exception {
        queue.put(append(1, 3 << 20));
        queue.put(append(2, 3 << 20));
        queue.put(append(3, 5 << 20));
        queue.put(append(4, 10));
        assertEquals(1, take().size());
        assertEquals(1, take().size());
        assertEquals(1, take().size());
        assertEquals(1, take().size());
    }

    @Test
    void aBatchRemovesItsMostRows() throws Exception {
        for (int i = 0; i < 10; i++) {
            queue.put(removal(500));
        }
        assertEquals(8, take().size());
        assertEquals(2, take().size());
    }

    @Test
    void bulkWorkComesLastAndOnePartABatch() throws Exception {
        List<Removal> parts = List.of(removal(500), removal(500));
        queue.putBulk(parts);
        Append append = append(1, 10);
        queue.put(append);
        assertEquals(List.of(append, parts.get(0)), take());
        assertEquals(List.of(parts.get(1)), take());
    }

    @Test
    void whatDoesNotFitFailsAtOnceAndBulkWorkFailsWhole() throws Exception {
        for (int i = 1; i < WriteQueue.MOST; i++) {
            queue.put(append(i, 1));
        }
        List<Removal> parts = List.of(removal(1), removal(1));
        queue.putBulk(parts);
        parts.forEach(part -> assertTrue(part.outcome().isCompletedExceptionally()));
        Append last = append(10_000, 1);
        queue.put(last);
        assertFalse(last.outcome().isDone());
        Append tooMany = append(10_001, 1);
        queue.put(tooMany);
        CompletionException e =
                assertThrows(CompletionException.class, () -> tooMany.outcome().join());
        assertTrue(e.getCause() instanceof StoreException
                && e.getCause().getMessage().contains("busy"));
        take();
        Append again = append(10_002, 1);
        queue.put(again);
        assertFalse(again.outcome().isDone());
    }

    @Test
    void whatIsWithdrawnIsNotTakenAndCostsTheBatchNoPlace() throws Exception {
        Claim claim = new Claim();
        Append withdrawn = append(1, 4 << 20, claim);
        Append next = append(2, 4 << 20);
        queue.put(withdrawn);
        queue.put(next);
        assertTrue(claim.withdraw());
        assertEquals(List.of(next), take());
        assertEquals(Appended.WITHDRAWN, withdrawn.outcome().join());
    }

    @Test
    void whatIsWithdrawnLeavesItsRoomToOthersAtOnce() throws Exception {
        Claim byCount = new Claim();
        Append one = append(1, 1, byCount);
        queue.put(one);
        for (int i = 2; i <= WriteQueue.MOST; i++) {
            queue.put(append(i, 1));
        }
        assertTrue(byCount.withdraw());
        Append instead = append(10_000, 1);
        queue.put(instead);
        assertFalse(instead.outcome().isDone());
        assertEquals(Appended.WITHDRAWN, one.outcome().join());
        while (!take().isEmpty()) {}

        Claim byBytes = new Claim();
        queue.put(append(1, 20 << 20, byBytes));
        queue.put(append(2, 10 << 20));
        assertTrue(byBytes.withdraw());
        for (long end = System.nanoTime() + 20_000_000_000L; ; ) { // it does not look at all of them each time
            Append large = append(3, 20 << 20);
            queue.put(large);
            if (!large.outcome().isDone()) {
                break;
            }
            assertTrue(System.nanoTime() - end < 0);
        }
    }

    @Test
    void aClosedQueueGivesOutWhatWaitsAndTakesNothingIn() throws Exception {
        queue.put(append(1, 10));
        queue.close();
        Append late = append(2, 10);
        queue.put(late);
        assertTrue(late.outcome().isCompletedExceptionally());
        assertEquals(1, take().size());
        assertNull(take());
    }
}
