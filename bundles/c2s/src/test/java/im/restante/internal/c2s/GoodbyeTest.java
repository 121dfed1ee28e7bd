package im.restante.internal.c2s;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.session.Outbound;
import im.restante.session.ProofPolicy;
import im.restante.store.StoredMessage;
import im.restante.streammanagement.OutboundQueue;
import im.restante.streammanagement.Proofs;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a goodbye proves that comes while the writer is still writing. */
class GoodbyeTest {
    private static final ProofPolicy AUTO = new ProofPolicy(ProofPolicy.Way.AUTO, Duration.ofSeconds(60));

    /** The client's goodbye is handled before the write that provoked it has returned. */
    private final class Overtaken implements OutboundQueue.Wire {
        @Override
        public OutputStream output() {
            return new OutputStream() {
                @Override
                public void write(int one) {
                    queue.goodbye();
                }

                @Override
                public void write(byte[] bytes, int from, int count) {
                    queue.goodbye();
                }
            };
        }

        @Override
        public void shutdownOutput() {}

        @Override
        public void broken(Throwable reason) {
            throw new AssertionError(reason);
        }
    }

    private final OutboundQueue queue =
            new OutboundQueue(new Overtaken(), Runnable::run, new Proofs(fault -> {}), TestServer.heapEnough());

    private CompletionStage<Void> send() {
        Jid romeo = Jid.of("romeo@localhost");
        StoredMessage row = StoredMessage.of(1, romeo, romeo, Instant.EPOCH, "<message/>".getBytes(US_ASCII));
        return queue.sendStored(List.of(row), AUTO, id -> Outbound.of("<iq/>".getBytes(US_ASCII)), ids -> {});
    }

    @Test
    void aGoodbyeThatOvertakesTheWriterProvesWhatItWrote() {
        CompletionStage<Void> proof = send();
        assertFalse(proof.toCompletableFuture().isDone());
        queue.end(true, true);
        assertFalse(proof.toCompletableFuture().isCompletedExceptionally());
        assertTrue(proof.toCompletableFuture().isDone());
    }

    @Test
    void aCutBehindItProvesNothing() {
        CompletionStage<Void> proof = send();
        queue.end(false, true);
        assertTrue(proof.toCompletableFuture().isCompletedExceptionally());
    }
}
