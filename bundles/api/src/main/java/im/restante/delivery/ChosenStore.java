package im.restante.delivery;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Which store takes new messages now. A service of the delivery, there while one does; another store is another service. At the
 * start it comes when it is known which of the stores work.
 */
@ProviderType
public interface ChosenStore {
    /** Its {@code store.id}. */
    String id();
}
