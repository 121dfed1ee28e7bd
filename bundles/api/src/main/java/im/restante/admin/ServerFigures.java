package im.restante.admin;

import im.restante.jid.Jid;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/** Figures of the server at one moment. Does not change. */
@ProviderType
public interface ServerFigures {
    /** The domain that is served. */
    Jid domain();

    /** Name of the program. */
    String name();

    /** Version of the program. */
    String version();

    /** Version of the Java virtual machine. */
    String javaVersion();

    /** When the server started. */
    Instant startedAt();

    /** How long it has been running. */
    Duration uptime();

    /** Bound sessions, {@link #suspended} ones included. */
    int sessions();

    /** Sessions that have sent available presence. */
    int available();

    /** Sessions that wait for their client to resume. */
    int suspended();

    /** Accounts that have a session. */
    int connectedAccounts();

    /** Every message store that is present, the preferred one first; one that does not answer has a problem instead of figures. */
    List<StoreFigures> stores();

    /** Waiting messages in all stores; empty if one does not answer. */
    OptionalLong messages();

    /** Bytes of their stanzas; empty if a store does not answer or does not count them. */
    OptionalLong bytes();
}
