package im.restante.stream;

import im.restante.jid.Jid;
import im.restante.xml.Element;
import im.restante.xml.StreamCondition;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A client's connection, as {@link StreamElementHandler} sees it: one object as long as the connection lasts, so that it may be the key
 * of what a handler knows of it. Safe for concurrent use.
 */
@ProviderType
public interface ClientStream {
    /** How far a client has come (RFC 6120 §4.3). */
    enum Phase {
        /** Nobody knows who it is. */
        BEFORE_LOGIN,
        /** It has logged in, and has no resource yet. */
        LOGGED_IN,
        /** Its session has begun, or goes on (XEP-0198 §5). */
        BOUND
    }

    Phase phase();

    /** Whether nobody else can read it (TLS). */
    boolean isEncrypted();

    /** Whose it is: bare once the client has logged in, with its resource once that is bound. Empty before. */
    Optional<Jid> address();

    /**
     * Writes an element, behind what was written before; never waits. A client that does not read is cut after a while, and what it was
     * sent is lost.
     *
     * @return false if the stream is over
     */
    boolean send(Element element);

    /**
     * Ends it with a stream error (RFC 6120 §4.9).
     *
     * @param text for the client; null for none
     */
    void close(StreamCondition condition, String text);

    /** Completes when the stream ends, whoever ends it; never exceptionally. */
    CompletionStage<Void> over();
}
