package im.restante.stream;

import im.restante.jid.Jid;
import im.restante.xml.Element;
import im.restante.xml.StreamCondition;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A client's connection, as {@link StreamElementHandler} sees it: one object for all of its streams, so that it may be the key of what a
 * handler knows of it; where a stream begins in the clear, another one from STARTTLS on, since whatever came before may be somebody else's
 * words (RFC 6120 §5.4.3.3). Safe for concurrent use.
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
     * Writes an element, behind what was written before. Before {@link Phase#BOUND} only inside {@link StreamElementHandler#handle}, and
     * may wait for the client; from then on at any time, and never waits: a client that does not read what it is sent is cut. What is
     * under way when the stream ends is lost.
     *
     * @param element no stanza: those are counted
     * @return false if it is not sent, since the stream is over, or the client has no session yet and this is not {@code handle}
     * @throws IllegalArgumentException for a stanza
     */
    boolean send(Element element);

    /**
     * Ends it with a stream error (RFC 6120 §4.9).
     *
     * @param text for the client; null for none
     */
    void close(StreamCondition condition, @Nullable String text);

    /** Completes when the connection ends, whoever ends it; on a thread that may block, and never exceptionally. */
    CompletionStage<Void> over();
}
