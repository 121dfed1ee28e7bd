package im.restante.internal.session.owner;

import static java.util.Objects.requireNonNull;

import im.restante.delivery.Judgement;
import im.restante.jid.Jid;
import im.restante.stanza.Message;

/**
 * A storable message on its way to its owner.
 *
 * @param message stamped with its sender
 * @param sender  bare
 * @param xml     the same, serialised in the scope of {@code jabber:client}
 * @param keep    why it would be stored
 * @param way     what its rules say; null if it carries none
 */
@SuppressWarnings("ArrayRecordComponent")
public record Parcel(Message message, Jid sender, byte[] xml, Judgement.Keep keep, Way way) {
    public Parcel {
        requireNonNull(message, "message");
        requireNonNull(sender, "sender");
        requireNonNull(xml, "xml");
        requireNonNull(keep, "keep");
    }

    boolean mayGoDirectly() {
        return way == null || way.direct();
    }

    boolean mayBeStored() {
        return way == null || way.stored();
    }
}
