package im.restante.spool;

import static java.util.Objects.requireNonNull;

import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.stanza.Message;
import org.jspecify.annotations.Nullable;

/**
 * A storable message as it is handed to its owner's spool. Compared by identity where one must be found again
 * ({@link OwnerSpools#expire}).
 *
 * @param message stamped with its sender
 * @param sender  bare
 * @param xml     the same, serialised in the scope of {@code jabber:client}
 * @param keep    why it would be stored
 * @param plan    what its rules say (XEP-0079); null if it carries none
 */
@SuppressWarnings("ArrayRecordComponent")
public record Envelope(
        Message message,
        Jid sender,
        byte[] xml,
        StorageDecision.Keep keep,
        @Nullable AmpPlan plan) {
    public Envelope {
        requireNonNull(message, "message");
        requireNonNull(sender, "sender");
        requireNonNull(xml, "xml");
        requireNonNull(keep, "keep");
    }

    /** It is about to be handed to a session: whether its rules let it. */
    public boolean mayGoDirectly() {
        return plan == null || plan.direct();
    }

    /** It is about to go into the spool: whether its rules let it. */
    public boolean mayBeStored() {
        return plan == null || plan.stored();
    }

    /** A verdict with the rules of the message followed. */
    public Verdict inTheEnd(Verdict verdict) {
        return plan == null ? verdict : plan.inTheEnd(verdict);
    }
}
