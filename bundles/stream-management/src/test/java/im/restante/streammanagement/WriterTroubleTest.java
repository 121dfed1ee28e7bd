package im.restante.streammanagement;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.session.Outbound;
import im.restante.session.ProofPolicy;
import im.restante.store.StoredMessage;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A writer that fails as no socket does, and one that cannot be started: the connection breaks, and nothing is lost or stuck. */
class WriterTroubleTest {
    /** One for each task: they meet. */
    private static final Executor THREADS = task -> new Thread(task).start();

    private static final Jid ROMEO = Jid.of("romeo@localhost");
    private static final ProofPolicy AUTO = new ProofPolicy(ProofPolicy.Way.AUTO, Duration.ofSeconds(60));

    private final AssertionError fault = new AssertionError("a test");
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private boolean failing;

    private final class Wire implements OutboundQueue.Wire {
        @Override
        public OutputStream output() {
            if (failing) {
                throw fault;
            }
            return written;
        }

        @Override
        public void shutdownOutput() {}

        @Override
        public void broken(Throwable reason) {
            broken.complete(reason);
        }
    }

    private OutboundQueue queue(Executor writers) {
        return new OutboundQueue(new Wire(), writers, new Proofs(failure -> {}), HeapEnough.share());
    }

    private static Outbound live(long id) {
        return new Outbound("<message/>".getBytes(US_ASCII), new Arrival(id, ROMEO, ROMEO, Instant.EPOCH));
    }

    private static OutboundQueue.Offer offer(OutboundQueue queue, long id) {
        return queue.offer(live(id), 100, 10_000);
    }

    private static List<Long> ids(OutboundQueue.Unproved left) {
        return left.live().stream().map(one -> one.arrival().id()).toList();
    }

    @Test
    void aWriterThatFailsBreaksTheConnectionAndGivesBackWhatItHad() throws Exception {
        OutboundQueue queue = queue(Runnable::run);
        offer(queue, 1);
        failing = true;
        assertEquals(OutboundQueue.Offer.QUEUED, offer(queue, 2));
        assertSame(fault, broken.getNow(null));
        assertEquals(OutboundQueue.Offer.ENDED, offer(queue, 3));
        queue.awaitIdle(Duration.ofSeconds(20));
        assertEquals(List.of(2L), ids(queue.end(false, true)));
    }

    @Test
    void aWriterThatCannotBeStartedBreaksTheConnection() {
        OutboundQueue queue = queue(task -> {
            throw fault;
        });
        assertEquals(OutboundQueue.Offer.QUEUED, offer(queue, 1));
        assertSame(fault, broken.getNow(null));
        assertFalse(queue.flushed());
        assertEquals(List.of(1L), ids(queue.end(false, true)));
    }

    @Test
    void anInterruptedReaderLosesNothingOfWhatTheWriterHas() throws Exception {
        CompletableFuture<Void> going = new CompletableFuture<>();
        OutboundQueue queue = queue(task -> new Thread(() -> {
                    going.join();
                    task.run();
                })
                .start());
        failing = true;
        offer(queue, 1);
        Thread reader = Thread.currentThread();
        Thread writer = new Thread(() -> {
            while (reader.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            going.complete(null);
        });
        writer.setDaemon(true);
        reader.interrupt();
        writer.start();
        OutboundQueue.Unproved left = queue.end(false, true);
        assertTrue(Thread.interrupted());
        assertEquals(List.of(1L), ids(left));
    }

    @Test
    void whatCannotBeAskedForIsNotSent() {
        OutboundQueue queue = queue(Runnable::run);
        StoredMessage row = row();
        assertThrows(
                AssertionError.class,
                () -> queue.sendStored(
                        List.of(row),
                        AUTO,
                        id -> {
                            throw fault;
                        },
                        ids -> {}));
        assertEquals(0, written.size());
        CompletableFuture<Void> next = queue.sendStored(
                List.of(row), new ProofPolicy(ProofPolicy.Way.WRITE, Duration.ofSeconds(1)), id -> null, ids -> {});
        assertTrue(next.isDone(), "what was never sent holds up nothing");
    }

    @Test
    void noAcknowledgementIsAskedForBeforeItCanBeGiven() throws Exception {
        for (int round = 0; round < 5_000; round++) {
            OutboundQueue queue = queue(Runnable::run);
            queue.cork();
            CyclicBarrier together = new CyclicBarrier(2);
            CompletableFuture<Void> client = CompletableFuture.runAsync(
                    () -> {
                        meet(together);
                        queue.enable("<enabled/>".getBytes(US_ASCII), new SentStanzas(0));
                    },
                    THREADS);
            meet(together);
            CompletableFuture<Void> proof = queue.sendStored(List.of(row()), AUTO, id -> live(0), ids -> {});
            client.get(20, TimeUnit.SECONDS);
            written.reset();
            queue.uncork(new byte[0]);
            String all = written.toString(US_ASCII);
            int asked = all.indexOf("<r ");
            assertTrue(asked < 0 || asked > all.indexOf("<enabled/>"), all);
            if (asked > 0) {
                assertEquals(-1, queue.acknowledge(1));
                assertTrue(proof.isDone());
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

    private static StoredMessage row() {
        return StoredMessage.of(1, ROMEO, ROMEO, Instant.EPOCH, "<message/>".getBytes(US_ASCII));
    }
}
