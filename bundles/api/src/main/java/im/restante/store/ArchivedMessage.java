package im.restante.store;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One message in the archive of its owner, who has received or sent it. Does not change. */
public final class ArchivedMessage {
    private final long id;
    private final Jid owner;
    private final Jid peer;
    private final Instant receivedAt;
    private final byte[] stanza;

    private ArchivedMessage(long id, Jid owner, Jid peer, Instant receivedAt, byte[] stanza) {
        if (id <= 0) {
            throw new IllegalArgumentException("id must be positive, got " + id);
        }
        if (!owner.isBare()) {
            throw new IllegalArgumentException("owner must be bare, got " + owner);
        }
        this.id = id;
        this.owner = owner;
        this.peer = requireNonNull(peer, "peer");
        this.receivedAt = requireNonNull(receivedAt, "receivedAt");
        this.stanza = requireNonNull(stanza, "stanza");
    }

    /** The copy of a message that its owner has received; with its id, so that both have one stanza-id. @param peer who sent it */
    public static ArchivedMessage of(StoredMessage message, Jid peer) {
        return new ArchivedMessage(message.id(), message.owner(), peer, message.receivedAt(), message.stanza());
    }

    /** Begins one; {@link Builder#build} wants a peer, a moment and a stanza. @param id positive, an arrival id of {@code owner} */
    public static Builder builder(long id, Jid owner) {
        return new Builder(id, owner);
    }

    /** Its place in the archive, which grows with time, and from which its stanza-id (XEP-0359) is computed. Unique for the owner. */
    public long id() {
        return id;
    }

    /** Whose archive it is in; bare. */
    public Jid owner() {
        return owner;
    }

    /** The other side: who sent what the owner has received, or to whom the owner sent it. With its resource if it had one. */
    public Jid peer() {
        return peer;
    }

    /** Server clock at acceptance, millisecond precision. */
    public Instant receivedAt() {
        return receivedAt;
    }

    /**
     * UTF-8 of the complete {@code <message/>}, in the scope of {@code jabber:client}; of one that waited, with its stanza-id and its delay
     * (XEP-0203). Never changed by anybody who holds it: the array is
     * shared, not copied.
     */
    public byte[] stanza() {
        return stanza;
    }

    /** UTF-8 bytes of the stanza. */
    public int sizeBytes() {
        return stanza.length;
    }

    /** Whether it is the copy of {@code message}: with its id, its owner and its stanza. */
    public boolean isCopyOf(StoredMessage message) {
        return id == message.id()
                && owner.equals(message.owner())
                && (stanza == message.stanza() || Arrays.equals(stanza, message.stanza()));
    }

    /** Id, owner and size; never the stanza. */
    @Override
    public String toString() {
        return "ArchivedMessage[" + id + " of " + owner + ", " + stanza.length + " bytes]";
    }

    /** What an {@link ArchivedMessage} is made of. Not safe for concurrent use. */
    public static final class Builder {
        private final long id;
        private final Jid owner;
        private @Nullable Jid peer;
        private @Nullable Instant receivedAt;
        private byte @Nullable [] stanza;

        private Builder(long id, Jid owner) {
            this.id = id;
            this.owner = owner;
        }

        /** See {@link ArchivedMessage#peer}. */
        public Builder peer(Jid other) {
            this.peer = other;
            return this;
        }

        /** See {@link ArchivedMessage#receivedAt}. */
        public Builder receivedAt(Instant moment) {
            this.receivedAt = moment;
            return this;
        }

        /** See {@link ArchivedMessage#stanza}. */
        public Builder stanza(byte[] utf8) {
            this.stanza = utf8;
            return this;
        }

        /**
         * The message.
         *
         * @throws NullPointerException     if something is missing; it says what
         * @throws IllegalArgumentException if the id is not positive, or the owner not bare
         */
        public ArchivedMessage build() {
            return new ArchivedMessage(
                    id,
                    owner,
                    requireNonNull(peer, "peer"),
                    requireNonNull(receivedAt, "receivedAt"),
                    requireNonNull(stanza, "stanza"));
        }
    }
}
