package org.example.restante;

import im.restante.quota.QuotaExceededStrategy;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Usage;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** {@code quota-exceeded=patient}: the sender is asked to try again later, and told how many of his messages wait. */
@Component(property = QuotaExceededStrategy.NAME + "=patient")
public final class PatientStrategy implements QuotaExceededStrategy {
    @Override
    public Admission.OnFull onFull() {
        return Admission.OnFull.REFUSE;
    }

    @Override
    public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
        String text = usage.messages() + " of your messages wait already. Please try again when they have been read.";
        return Optional.of(
                StanzaError.of(StanzaError.Condition.RESOURCE_CONSTRAINT, text).later());
    }
}
