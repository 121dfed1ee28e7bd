package im.restante.session;

import im.restante.store.StoredMessage;
import im.restante.xml.StreamCondition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A connection as its session sees it: one bounded queue in front of a socket. No method blocks; all are safe for concurrent
 * use. What is handed over by one thread is written in that order.
 */
@ProviderType
public interface ClientLink {
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
     * @param proof when they count as received
     * @return completes when the client has proved that it has them, and all batches before; exceptionally if the connection ends
     *     without that, or if this client is given no stored messages for want of proof. Then they must be kept
     */
    CompletionStage<Void> sendStored(List<StoredMessage> messages, ProofPolicy proof);

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
    void close(StreamCondition condition, String text);

    /** Address of the other side, for a log. */
    String remote();

    /** Whether TLS protects the connection. */
    boolean encrypted();
}
