package im.restante.quota;

import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Usage;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What happens to a message beyond the limit of its pair. A service with the property {@link #NAME}, which
 * {@code quota-exceeded} in {@code im.restante.quota} chooses. Safe for concurrent use; must not block.
 */
@ConsumerType
public interface QuotaExceededStrategy {
    /** Service property: the name by which configuration chooses it, e.g. {@code quota.strategy=drop}. Required. */
    String NAME = "quota.strategy";

    /** Asked before the append: whether the store refuses or makes room. */
    Admission.OnFull onFull();

    /**
     * Asked when the store refused: what the sender is told.
     *
     * @param usage what waited for the pair at that moment
     * @return empty for silence
     */
    Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage);
}
