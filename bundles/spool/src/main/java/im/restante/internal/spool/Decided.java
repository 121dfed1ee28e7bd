package im.restante.internal.spool;

import im.restante.delivery.Verdict;
import im.restante.internal.spool.core.Incoming;
import im.restante.jid.Jid;
import im.restante.message.MessageEvent;
import im.restante.stanza.Message;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A message that went through its owner's order and has its verdict.
 *
 * @param incoming of which nothing is read that still changes
 * @param cipher   null where no key was known, and then the message had no place
 */
record Decided(Jid owner, Incoming incoming, Verdict verdict, StanzaIdCipher cipher) implements MessageEvent {
    @Override
    public Jid sender() {
        return incoming.envelope().sender();
    }

    @Override
    public Message message() {
        return incoming.envelope().message();
    }

    private boolean hasPlace() {
        return incoming.arrival() != null;
    }

    @Override
    public OptionalLong arrivalId() {
        return hasPlace() ? OptionalLong.of(incoming.id()) : OptionalLong.empty();
    }

    /** Made when it is asked for: most listeners do not. */
    @Override
    public Optional<String> stanzaId() {
        return hasPlace() && cipher != null
                ? Optional.of(new String(cipher.encrypt(owner, incoming.id()), StandardCharsets.US_ASCII))
                : Optional.empty();
    }

    @Override
    public Optional<Instant> receivedAt() {
        return hasPlace() ? Optional.of(incoming.arrival().receivedAt()) : Optional.empty();
    }
}
