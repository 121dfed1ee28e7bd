package im.restante.amp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import im.restante.stanza.Message;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import java.time.Instant;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Judges the rules that messages carry (XEP-0079). With no such service present rules mean nothing: messages that carry them are
 * treated like all others. Safe for concurrent use; works on the calling thread, without a disk.
 */
@ProviderType
public interface MessageRules {
    /** Of the {@code <amp/>} element. */
    String NAMESPACE = "http://jabber.org/protocol/amp";

    /** Whether there is anything to judge: rules, rather than what a server answers about rules. Cheap. */
    static boolean areCarriedBy(Message message) {
        Element amp = message.element().child(NAMESPACE, "amp").orElse(null);
        return amp != null && amp.attribute("status") == null && message.type() != Message.Type.ERROR;
    }

    /** Whether {@link #areCarriedBy(Message)} is possible: a look at the bytes, which parses nothing. */
    static boolean mayBeCarriedBy(StoredMessage row) {
        byte[] wanted = NAMESPACE.getBytes(US_ASCII);
        byte[] stanza = row.stanza();
        for (int at = 0; at <= stanza.length - wanted.length; at++) {
            int matched = 0;
            while (matched < wanted.length && stanza[at + matched] == wanted[matched]) {
                matched++;
            }
            if (matched == wanted.length) {
                return true;
            }
        }
        return false;
    }

    /**
     * Validates all rules of a message that carries some.
     *
     * @param trusted whether the sender may know of the recipient's presence; a stranger must not learn it from a rule
     * @return what the sender is told instead of routing the message; empty if the rules may be followed
     */
    Optional<Message> refusal(Message message, boolean trusted);

    /**
     * What rules without a {@link #refusal} say at {@code now}, which becomes the {@code receivedAt} of the message: what has passed
     * by then is judged here, and its row says no more of it.
     *
     * @param exact whether a session that gets the message at once would be the very resource it is addressed to
     */
    AmpOutcome outcome(Message message, boolean exact, Instant now);

    /** The message as servers pass it on: its rules say whose they are (XEP-0079 §6.1). */
    Message passedOn(Message message);

    /** When the first rule of a waiting message has to be looked at again; empty for never. */
    Optional<Instant> expiry(StoredMessage row);

    /**
     * What a rule makes of a waiting message at {@code now}: whether it goes on waiting, and what its sender is told.
     *
     * @return empty if no rule says anything about the time, or not yet
     */
    Optional<AmpAction> expired(StoredMessage row, Instant now);
}
