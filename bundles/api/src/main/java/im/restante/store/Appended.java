package im.restante.store;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** What a store did with a message. A full mailbox is an answer; a broken disk is a {@link StoreException}. */
public sealed interface Appended {
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

    /**
     * Not stored: the pair has reached its limit.
     *
     * @param usage what waited for the pair at that moment
     */
    record Full(Usage usage) implements Appended {
        public Full {
            requireNonNull(usage, "usage");
        }
    }
}
