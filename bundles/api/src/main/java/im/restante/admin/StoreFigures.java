package im.restante.admin;

import im.restante.store.StoreStatistics;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** A message store that is present. Does not change. */
@ProviderType
public interface StoreFigures {
    /** {@code store.id} of the store. */
    String store();

    /** {@code service.ranking}; the highest is preferred. */
    int ranking();

    /** Whether new messages go there. */
    boolean isChosen();

    /** Its figures; empty if it does not answer. */
    Optional<StoreStatistics> statistics();

    /** Why it does not answer; empty if it does. */
    Optional<String> problem();
}
