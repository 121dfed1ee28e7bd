package im.restante.server;

import im.restante.jid.Jid;
import java.time.Instant;
import org.osgi.annotation.versioning.ProviderType;

/** What the server says of itself. Constant while the service is registered, but for {@link #maxStanzaBytes}. */
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

    /**
     * Most bytes of one stanza ({@code max-stanza-bytes} in {@code im.restante.c2s}); may change at any time. Where nothing else is
     * configured, 256 KiB.
     */
    default int maxStanzaBytes() {
        return 262_144;
    }
}
