package im.restante.streammanagement;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.session.ProofPolicy;
import im.restante.store.StoredMessage;
import im.restante.streammanagement.Proofs.Batch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Rows are told in order, once, before their batch ends, and whatever happens at the same moment. */
class ProofsTest {
    /** One for each task: they meet. */
    private static final Executor THREADS = task -> new Thread(task).start();

    private static final Jid ROMEO = Jid.of("romeo@localhost");
    private static final ProofPolicy AUTO = new ProofPolicy(ProofPolicy.Way.AUTO, Duration.ofSeconds(60));

    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final List<Long> told = new CopyOnWriteArrayList<>();
    private final Proofs proofs = new Proofs(faults::add);

    private Batch batch(long from, long to, Consumer<Collection<Long>> receiver) {
        List<StoredMessage> rows = LongStream.rangeClosed(from, to)
                .mapToObj(id -> StoredMessage.of(id, ROMEO, ROMEO, Instant.EPOCH, "<message/>".getBytes(US_ASCII)))
                .toList();
        Batch batch = proofs.begin(AUTO, true, rows, receiver);
        batch.countedFrom(from - 1);
        return batch;
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void whatIsAcknowledgedAtTheMomentOfTheEndIsToldAndNothingTwice() throws Exception {
        for (int round = 0; round < 200; round++) {
            told.clear();
            Proofs mine = proofs;
            List<Batch> batches = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                batches.add(batch(10 * i + 1, 10 * i + 10, told::addAll));
            }
            CyclicBarrier together = new CyclicBarrier(3);
            List<CompletableFuture<Void>> threads = new ArrayList<>();
            for (int from = 1; from <= 2; from++) {
                int first = from;
                threads.add(CompletableFuture.runAsync(
                        () -> {
                            meet(together);
                            for (int h = first; h <= 37; h += 2) {
                                mine.acknowledged(h);
                            }
                        },
                        THREADS));
            }
            meet(together);
            mine.end(false);
            List<Long> atTheEnd = List.copyOf(told);
            for (CompletableFuture<Void> thread : threads) {
                thread.get(20, TimeUnit.SECONDS);
            }
            assertEquals(range(1, told.size()), told);
            assertEquals(atTheEnd, told, "all was told when the end was over");
            for (int i = 0; i < 5; i++) {
                boolean whole = told.size() >= 10 * i + 10;
                assertTrue(batches.get(i).proved().isDone());
                assertEquals(!whole, batches.get(i).proved().isCompletedExceptionally());
            }
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theEndWaitsForWhoIsBeingTold() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Batch batch = batch(1, 10, ids -> {
            begun.countDown();
            try {
                goOn.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            told.addAll(ids);
        });
        CompletableFuture<Void> client = CompletableFuture.runAsync(() -> proofs.acknowledged(5), THREADS);
        assertTrue(begun.await(20, TimeUnit.SECONDS));
        CompletableFuture<Void> end = CompletableFuture.runAsync(() -> proofs.end(false), THREADS);
        assertFalse(end.isDone());
        assertFalse(batch.proved().isDone(), "not before all is told");
        goOn.countDown();
        end.get(20, TimeUnit.SECONDS);
        client.get(20, TimeUnit.SECONDS);
        assertEquals(range(1, 5), told);
        assertTrue(batch.proved().isCompletedExceptionally());
    }

    @Test
    void whoIsToldMayEndTheConnectionFromThere() {
        Batch batch = batch(1, 10, ids -> {
            told.addAll(ids);
            proofs.end(false);
        });
        // or it waits for itself, for 10 s
        assertTimeout(Duration.ofSeconds(9), () -> proofs.acknowledged(5));
        assertEquals(range(1, 5), told);
        assertTrue(batch.proved().isCompletedExceptionally());
    }

    @Test
    void nobodyIsToldNothing() {
        batch(1, 10, ids -> {
            assertFalse(ids.isEmpty());
            told.addAll(ids);
        });
        proofs.acknowledged(0);
        proofs.acknowledged(5);
        proofs.acknowledged(5);
        proofs.acknowledged(10);
        assertEquals(range(1, 10), told);
        assertEquals(List.of(), faults);
    }

    @Test
    void whoFailsIsToldNoMoreAndTheNextOnesAre() {
        AssertionError fault = new AssertionError("a test");
        Batch first = batch(1, 10, ids -> {
            throw fault;
        });
        Batch second = batch(11, 20, told::addAll);
        proofs.acknowledged(3);
        proofs.acknowledged(20);
        assertEquals(1, faults.size());
        assertSame(fault, faults.get(0));
        assertTrue(first.proved().isCompletedExceptionally());
        assertTrue(second.proved().isDone() && !second.proved().isCompletedExceptionally());
        assertEquals(range(11, 20), told);
    }

    @Test
    void whoWaitsForTheProofMayFailAndTheNextIsTold() {
        Batch first = batch(1, 10, told::addAll);
        first.proved().thenRun(() -> {
            throw new AssertionError("a test");
        });
        Batch second = batch(11, 20, told::addAll);
        proofs.acknowledged(20);
        assertTrue(second.proved().isDone());
        assertEquals(range(1, 20), told);
    }
}
