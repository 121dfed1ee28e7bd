package im.restante.internal.roster;

import im.restante.jid.Jid;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whom one account blocks (XEP-0191), in any of the four forms of an address. Immutable. */
final class BlockList {
    static final BlockList EMPTY = new BlockList(new TreeSet<>());

    /** Bytes of heap of an item beside its characters. */
    private static final int ITEM_HEAP = 256;

    private final Set<Jid> items;
    private final Set<String> domains;

    private BlockList(TreeSet<Jid> items) {
        this.items = Collections.unmodifiableSet(items);
        this.domains = items.stream().filter(Jid::isDomain).map(Jid::domain).collect(Collectors.toUnmodifiableSet());
    }

    static BlockList of(Collection<Jid> items) {
        return items.isEmpty() ? EMPTY : new BlockList(new TreeSet<>(items));
    }

    /** About how many bytes of heap it takes. */
    long heap() {
        long heap = 0;
        for (Jid item : items) {
            heap += ITEM_HEAP + 2L * item.toString().getBytes(StandardCharsets.UTF_8).length;
        }
        return heap;
    }

    /** In the order of their text. */
    Set<Jid> items() {
        return items;
    }

    /**
     * Whether an item names {@code other} (XEP-0191 "JID Matching"): the very address; the account of a full one; the domain of
     * any. An item with a resource names nothing that has none.
     */
    boolean matches(Jid other) {
        return !items.isEmpty()
                && (items.contains(other)
                        || other.isFull() && items.contains(other.bare())
                        || domains.contains(other.domain()));
    }

    BlockList with(Collection<Jid> more) {
        TreeSet<Jid> changed = new TreeSet<>(items);
        changed.addAll(more);
        return new BlockList(changed);
    }

    BlockList without(Collection<Jid> less) {
        TreeSet<Jid> changed = new TreeSet<>(items);
        changed.removeAll(less);
        return new BlockList(changed);
    }
}
