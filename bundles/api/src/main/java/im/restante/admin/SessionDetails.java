package im.restante.admin;

import im.restante.jid.Jid;
import java.time.Instant;
import org.osgi.annotation.versioning.ProviderType;

/** A session as it was at one moment. Does not change; safe for concurrent use. */
@ProviderType
public interface SessionDetails {
    /** What is done with the messages for the account of a session. */
    enum State {
        /** They are stored: no session of the account is available with a priority of 0 or more. */
        AWAY,
        /** What is stored is being handed to a session; new messages are stored behind it. */
        DRAINING,
        /** Nearly all that was stored is handed over; new messages wait in memory for the rest. */
        HANDOVER,
        /** They are handed over at once. */
        LIVE,
        /** What is stored stays there, since a session deals with it by hand (XEP-0013); new messages are handed over. */
        HELD,
        /** The connection of this session was cut, and its client may resume the stream (XEP-0198 §5). */
        SUSPENDED
    }

    /** Full address. */
    Jid jid();

    /** Whether it has sent available presence. */
    boolean isAvailable();

    /** Priority of that presence, -128 to 127; 0 before it. */
    int priority();

    /** When its resource was bound; a stream that was resumed keeps that time. */
    Instant since();

    /** Address and port of the client, for people; behind a proxy that speaks the PROXY protocol the client's, not the proxy's. */
    String client();

    /** Whether TLS protects the connection. */
    boolean isEncrypted();

    /** Whether the client may resume the stream after a cut (XEP-0198 §5). */
    boolean isResumable();

    /** Stanzas that wait to be written to the client or, with stream management, to be acknowledged by it. */
    int waiting();

    State state();
}
