package im.restante.session;

import im.restante.store.StoredMessage;
import im.restante.xml.StreamCondition;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A connection as its session sees it: one bounded queue in front of a socket. No method blocks; all are safe for concurrent
 * use. What is handed over by one thread is written in that order.
 */
@ProviderType
public interface ClientConnection {
    /**
     * Queues one stanza.
     *
     * @return false if it was not queued. A storable message is refused when the queue is at its bound, and belongs into the
     *     spool then; anything else is refused only at twice the bound, where the connection is ended, and after its end
     */
    boolean offer(Outbound stanza);

    /**
     * Queues stored messages, whatever the queue's length: the caller keeps to a window.
     *
     * @param proof  when they count as received
     * @param proved told of messages by their ids as the client proves that it has them, in order and each at most once, on any
     *               thread, one call at a time; must not block. If it throws, the connection ends
     * @return completes when all are proved, and all batches before, after {@code proved} was told; exceptionally if the rest will
     *     never be proved here, since the connection has ended or this client is given no stored messages for want of proof. Then
     *     those that {@code proved} was not told of must be kept. All this is over when {@link ClientSession#ended} is called, or
     *     what is given to {@link ClientSession#suspended} has answered
     */
    CompletionStage<Void> sendStored(
            List<StoredMessage> messages, ProofPolicy proof, Consumer<Collection<Long>> proved);

    /**
     * Queues copies of stored messages, which no spool gets back, whatever the queue's length: the caller waits for one page
     * before it sends the next.
     *
     * @param timeout how long a client with stream management may leave them unacknowledged
     * @return completes when they are written or, by a client with stream management, acknowledged; exceptionally if the
     *     connection ends before
     */
    CompletionStage<Void> sendCopies(List<Outbound> copies, Duration timeout);

    /**
     * Runs a task when every stanza read so far, the one being handled included, is final and its answer queued. Runs it at
     * once if that is so; never if the connection ends before.
     */
    void afterPending(Runnable task);

    /** Ends the connection with a stream error; {@code text} may be null. Returns at once. */
    void close(StreamCondition condition, @Nullable String text);

    /** Address of the other side, for a log. */
    String remote();

    /** Whether TLS protects the connection. */
    boolean encrypted();

    /** Whether its stream can be resumed after a cut (XEP-0198 §5). */
    default boolean resumable() {
        return false;
    }

    /** Stanzas that wait to be written or, with stream management, to be acknowledged. */
    default int backlog() {
        return 0;
    }
}
