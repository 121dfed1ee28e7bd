package im.restante.admin;

import im.restante.jid.Jid;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/** How much waited for one owner at one moment. Figures only, never a message. Does not change. */
@ProviderType
public interface SpoolDetails {
    /** Bare. */
    Jid owner();

    /** In all stores. */
    long messages();

    /** Bytes of their stanzas in all stores; empty if a store does not count them. */
    OptionalLong bytes();

    /** When the oldest was received; empty if nothing waits or a store does not know. */
    Optional<Instant> oldest();

    /** The same of each store that is present, the preferred one first; one in which nothing waits is there too. */
    List<StoreShare> stores();
}
