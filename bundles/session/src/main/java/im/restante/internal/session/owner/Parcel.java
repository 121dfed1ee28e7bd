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
 */
@SuppressWarnings("ArrayRecordComponent")
public record Parcel(Message message, Jid sender, byte[] xml, Judgement.Keep keep) {
    public Parcel {
        requireNonNull(message, "message");
        requireNonNull(sender, "sender");
        requireNonNull(xml, "xml");
        requireNonNull(keep, "keep");
    }
}
