package im.restante.internal.delivery;

import im.restante.jid.Jid;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The appends that have to be made again, each owner's in the order of their ids. Safe for concurrent use. */
final class Repeats {
    private final ConcurrentMap<Jid, SortedMap<Long, Repeat>> byOwner = new ConcurrentHashMap<>();

    void add(Repeat repeat) {
        byOwner.compute(repeat.owner(), (owner, known) -> {
            SortedMap<Long, Repeat> all = known == null ? new ConcurrentSkipListMap<>() : known;
            all.put(repeat.id(), repeat);
            return all;
        });
    }

    /** Owners one of whose appends is due. */
    List<Jid> due(long now) {
        return byOwner.entrySet().stream()
                .filter(one -> one.getValue().values().stream().anyMatch(repeat -> now - repeat.due() >= 0))
                .map(one -> one.getKey())
                .toList();
    }

    /** Takes out all of an owner, oldest first. */
    Collection<Repeat> take(Jid owner) {
        SortedMap<Long, Repeat> all = byOwner.remove(owner);
        return all == null ? List.of() : all.values();
    }

    /** Takes out everything. */
    List<Repeat> takeAll() {
        return byOwner.keySet().stream().flatMap(owner -> take(owner).stream()).toList();
    }
}
