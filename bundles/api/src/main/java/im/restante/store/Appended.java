package im.restante.store;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a store did with a message. A full mailbox is an answer; a broken disk is a {@link StoreException}. */
public sealed interface Appended {
    /** Not stored, and never will be: its {@link Claim} was withdrawn before the store began with it. */
    Appended WITHDRAWN = new Withdrawn();

    /** It is there and durable, or was before; nothing made room for it. */
    static Stored stored() {
        return new Stored(List.of());
    }

    /**
     * It is there and durable.
     *
     * @param evicted ids that made room for it, oldest first; may be empty
     */
    static Stored stored(List<Long> evicted) {
        return new Stored(evicted);
    }

    /**
     * Not stored, from a store that counts no totals: the pair has reached its limit.
     *
     * @param usage what waited for the pair at that moment
     */
    static Full full(Usage usage) {
        return new Full(Limit.PAIR, usage, null);
    }

    /**
     * Not stored: there was no room, and none could be made.
     *
     * @param reached the first limit, in the order of {@link Limit}, that stood against it
     * @param usage   what waited for the pair at that moment
     * @param total   what waited for the owner, with its bytes; null from a store that counts no totals
     */
    static Full full(Limit reached, Usage usage, @Nullable Usage total) {
        return new Full(reached, usage, total);
    }

    /**
     * It is there and durable, or was before.
     *
     * @param evicted ids that made room for it, oldest first
     */
    record Stored(List<Long> evicted) implements Appended {
        public Stored {
            evicted = List.copyOf(evicted);
        }
    }

    /** The limits of an {@link Admission}. */
    enum Limit {
        /** {@link Admission#limit()}. */
        PAIR,
        /** {@link OwnerLimit#messages()}. */
        OWNER_MESSAGES,
        /** {@link OwnerLimit#bytes()}. */
        OWNER_BYTES
    }

    /**
     * Not stored: there was no room, and none could be made.
     *
     * @param reached the first limit, in the order of {@link Limit}, that stood against it
     * @param usage   what waited for the pair at that moment
     * @param total   what waited for the owner, with its bytes; null from a store that counts no totals
     */
    record Full(Limit reached, Usage usage, @Nullable Usage total) implements Appended {
        public Full {
            requireNonNull(reached, "reached");
            requireNonNull(usage, "usage");
            if (reached != Limit.PAIR) {
                requireNonNull(total, "total");
            }
        }
    }

    /** Not stored, and never will be: its {@link Claim} was withdrawn before the store began with it. */
    record Withdrawn() implements Appended {}
}
