package im.restante.internal.quota;

import im.restante.quota.QuotaExceededStrategy;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Usage;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** {@code quota-exceeded=drop-oldest}: the oldest message of the same sender makes room for the new one. */
@Component(property = QuotaExceededStrategy.NAME + "=drop-oldest")
public final class DropOldestStrategy implements QuotaExceededStrategy {
    @Override
    public Admission.OnFull onFull() {
        return Admission.OnFull.EVICT_OLDEST;
    }

    /** Only with limit 0, when all that waits is on its way to the owner, or for what others sent, is there no room to make. */
    @Override
    public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
        return Optional.of(ErrorStrategy.queueIsFull(admission));
    }
}
