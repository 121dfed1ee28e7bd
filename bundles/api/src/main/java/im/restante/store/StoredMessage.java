package im.restante.store;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One message waiting for its owner.
 *
 * @param id         positive; given on arrival, before the store sees it; grows with arrival order
 * @param owner      recipient, bare
 * @param sender     bare; with the owner it makes the pair that limits count
 * @param receivedAt server clock at acceptance, millisecond precision; what the XEP-0203 stamp inside the stanza says
 * @param expiresAt  when it may be removed unread; null for never
 * @param kind       why the row is there
 * @param stanza     UTF-8 of the complete {@code <message/>} as it will be written, in the scope of {@code jabber:client}: stamped,
 *                   with its stanza-id and its delay. Never changed by anybody who holds it: the array is shared, not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record StoredMessage(
        long id,
        Jid owner,
        Jid sender,
        Instant receivedAt,
        @Nullable Instant expiresAt,
        MessageKind kind,
        byte[] stanza) {
    public StoredMessage {
        if (id <= 0) {
            throw new IllegalArgumentException("id must be positive, got " + id);
        }
        if (!owner.isBare() || !sender.isBare()) {
            throw new IllegalArgumentException("owner and sender must be bare, got " + owner + " and " + sender);
        }
        requireNonNull(receivedAt, "receivedAt");
        requireNonNull(kind, "kind");
        requireNonNull(stanza, "stanza");
    }

    /**
     * A message that was sent to somebody who is away ({@link MessageKind#OFFLINE}), and waits until it is delivered.
     *
     * @param id         positive; given on arrival
     * @param owner      recipient, bare
     * @param sender     bare
     * @param receivedAt server clock at acceptance
     * @param stanza     UTF-8 of the complete {@code <message/>}, as the component says; shared, not copied
     */
    public static StoredMessage of(long id, Jid owner, Jid sender, Instant receivedAt, byte[] stanza) {
        return new StoredMessage(id, owner, sender, receivedAt, null, MessageKind.OFFLINE, stanza);
    }

    /** The same with the moment from which it may be removed unread; null for never. */
    public StoredMessage withExpiresAt(@Nullable Instant moment) {
        return new StoredMessage(id, owner, sender, receivedAt, moment, kind, stanza);
    }

    /** The same with another reason why the row is there. */
    public StoredMessage withKind(MessageKind other) {
        return new StoredMessage(id, owner, sender, receivedAt, expiresAt, other, stanza);
    }

    /** What windows and quotas charge: UTF-8 bytes of the stanza. */
    public int sizeBytes() {
        return stanza.length;
    }

    /** Id, owner and size; never the stanza. */
    @Override
    public String toString() {
        return "StoredMessage[" + id + " for " + owner + ", " + stanza.length + " bytes]";
    }
}
