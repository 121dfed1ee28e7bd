package im.restante.session;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * When stored messages count as received by a client.
 *
 * @param way     what proves them
 * @param timeout how long a client may leave that open, counted while it is read and the messages are on their way
 */
public record ProofPolicy(Way way, Duration timeout) {
    /** What proves that a client has what was sent to it. An orderly end of a client without stream management does, too. */
    public enum Way {
        /**
         * {@link #SM} where the client has enabled it, else {@link #PING}. A client that leaves the ping unanswered for the
         * time given while it sends other things, against RFC 6120 §8.2.3, goes on by {@link #WRITE}.
         */
        AUTO,
        /** The count it acknowledges (XEP-0198). A client without stream management gets no stored messages. */
        SM,
        /** Its answer, result or error, to a ping (XEP-0199) behind them. Without it, it gets no more of them. */
        PING,
        /** Nothing: what was written to the socket counts as received. */
        WRITE
    }

    public ProofPolicy {
        requireNonNull(way, "way");
        requireNonNull(timeout, "timeout");
    }
}
