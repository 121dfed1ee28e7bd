package im.restante.quota;

import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Usage;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What happens to a message beyond the limit of its pair, or beyond what may wait for its owner in all. A service with the property {@link #NAME}, which
 * {@code quota-exceeded} in {@code im.restante.quota} chooses. Safe for concurrent use; must not block.
 */
@ConsumerType
public interface QuotaExceededStrategy {
    /** Service property: the name by which configuration chooses it, e.g. {@code quota.strategy=drop}. Required. */
    String NAME = "quota.strategy";

    /** Asked before the append: whether the store refuses or makes room. */
    Admission.OnFull onFull();

    /**
     * Asked when the store refused because of the pair's limit: what the sender is told.
     *
     * @param usage what waited for the pair at that moment
     * @return empty for silence
     */
    Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage);

    /**
     * Asked when the store refused because of {@link Admission#total()}: what the sender is told. By default the same silence or error
     * as for a pair, but with a text that says that the limit is one of all senders together; it tells no figures, since they are about
     * the mail of others.
     *
     * @param full which limit was reached, and what waited
     * @return empty for silence
     */
    default Optional<StanzaError> totalExceeded(Message message, Admission admission, Appended.Full full) {
        return exceeded(message, admission, full.usage())
                .map(told -> told.withText(
                        "The recipient's offline queue is full: the limit of all senders together is reached"));
    }
}
