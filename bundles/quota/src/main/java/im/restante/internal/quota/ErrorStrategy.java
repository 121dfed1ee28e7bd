package im.restante.internal.quota;

import im.restante.quota.QuotaExceededStrategy;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Usage;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** {@code quota-exceeded=error}: the message comes back to its sender as {@code service-unavailable}. */
@Component(property = QuotaExceededStrategy.NAME + "=error")
public final class ErrorStrategy implements QuotaExceededStrategy {
    @Override
    public Admission.OnFull onFull() {
        return Admission.OnFull.REFUSE;
    }

    @Override
    public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
        return Optional.of(queueIsFull(admission));
    }

    /** What a sender is told, by every strategy that tells. */
    static StanzaError queueIsFull(Admission admission) {
        return StanzaError.of(
                StanzaError.Condition.SERVICE_UNAVAILABLE,
                "The recipient's offline queue is full: limit of " + admission.limit() + " messages reached");
    }
}
