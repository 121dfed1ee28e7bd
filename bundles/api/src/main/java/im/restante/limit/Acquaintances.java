package im.restante.limit;

import im.restante.jid.Jid;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** Who is no stranger to whom. Published by the roster bundle. Safe for concurrent use; does not block. */
@ProviderType
public interface Acquaintances {
    /**
     * Whether {@code owner} knows {@code other}: it is in the roster, or the owner itself. A subscription request that the owner has
     * not answered does not make it known.
     *
     * @return completes exceptionally with {@link im.restante.store.StoreException} if the roster cannot be read
     */
    CompletionStage<Boolean> knows(Jid owner, Jid other);
}
