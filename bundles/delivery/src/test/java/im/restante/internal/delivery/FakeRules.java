package im.restante.internal.delivery;

import im.restante.amp.AmpAction;
import im.restante.amp.AmpOutcome;
import im.restante.amp.MessageRules;
import im.restante.stanza.Message;
import im.restante.store.StoredMessage;
import java.time.Instant;
import java.util.Optional;

/** Rules that have an end, or none, and nothing to say about it. */
class FakeRules implements MessageRules {
    volatile Instant end;

    @Override
    public Optional<Message> refusal(Message message, boolean trusted) {
        throw new UnsupportedOperationException("not what delivery asks");
    }

    @Override
    public AmpOutcome outcome(Message message, boolean exact, Instant now) {
        throw new UnsupportedOperationException("not what delivery asks");
    }

    @Override
    public Message passedOn(Message message) {
        throw new UnsupportedOperationException("not what delivery asks");
    }

    @Override
    public Optional<Instant> expiry(StoredMessage row) {
        return Optional.ofNullable(end);
    }

    @Override
    public Optional<AmpAction> expired(StoredMessage row, Instant now) {
        return Optional.empty();
    }
}
