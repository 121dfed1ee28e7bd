package im.restante.internal.quota;

import im.restante.quota.QuotaExceededStrategy;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Usage;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** {@code quota-exceeded=drop}: the new message is dropped, nobody is told. */
@Component(property = QuotaExceededStrategy.NAME + "=drop")
public final class DropStrategy implements QuotaExceededStrategy {
    @Override
    public Admission.OnFull onFull() {
        return Admission.OnFull.REFUSE;
    }

    @Override
    public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
        return Optional.empty();
    }
}
