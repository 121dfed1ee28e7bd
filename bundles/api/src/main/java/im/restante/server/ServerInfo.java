package im.restante.server;

import im.restante.jid.Jid;
import java.time.Instant;
import org.osgi.annotation.versioning.ProviderType;

/** What the server says of itself. Constant while the service is registered. */
@ProviderType
public interface ServerInfo {
    /** The one domain that is served ({@code domain} in {@code im.restante.c2s}). */
    Jid domain();

    /** Name of the program. */
    String name();

    /** Version of the program. */
    String version();

    /** When it started. */
    Instant startedAt();
}
