package im.restante.admin;

import im.restante.store.SenderUsage;
import im.restante.store.Usage;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** What waits for one owner in one store. Does not change. */
@ProviderType
public interface StoreShare {
    /** {@code store.id} of the store. */
    String store();

    /** Messages, bytes and age. */
    Usage usage();

    /** From whom, the greatest number first; at most as many as were asked for. */
    List<SenderUsage> senders();
}
