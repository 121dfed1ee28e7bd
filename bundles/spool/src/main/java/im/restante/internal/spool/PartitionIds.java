package im.restante.internal.spool;

import im.restante.home.Homes;
import im.restante.jid.Jid;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The arrival ids that this node gives: an order of its own for each partition, and one bound for all, up to which ids are kept for this
 * node. Safe for concurrent use; never blocks.
 */
final class PartitionIds {
    private final Homes homes;
    private final ConcurrentHashMap<Integer, ArrivalIds> partitions = new ConcurrentHashMap<>();

    /** Of every partition, also of those that have given no id yet. */
    private final AtomicLong commonFloor = new AtomicLong();

    private final AtomicLong end = new AtomicLong(Long.MAX_VALUE);

    /** @param homes says which partition an owner is of, and what number this node has */
    PartitionIds(Homes homes) {
        this.homes = homes;
    }

    /** See {@link im.restante.home.IdSource#next}. */
    long next(Jid owner, Instant arrived) {
        return of(owner).next(arrived.toEpochMilli());
    }

    /** See {@link im.restante.home.IdSource#last}. */
    long last(Jid owner) {
        return of(owner).last();
    }

    /** The owner has a message with this id: from here on every id of its partition is larger. */
    void above(Jid owner, long id) {
        of(owner).above(id);
    }

    /** From here on every id of a partition is larger than {@code floor}. */
    void floor(int part, long floor) {
        of(part).above(floor);
    }

    /** From here on every id is larger than {@code floor}, in every partition. */
    void floor(long floor) {
        commonFloor.accumulateAndGet(floor, Math::max);
    }

    /** The last id given in any partition, or the largest floor. */
    long largest() {
        long largest = commonFloor.get();
        for (ArrivalIds ids : partitions.values()) {
            largest = Math.max(largest, ids.last());
        }
        return largest;
    }

    /** The stores keep the ids below {@code bound} for this node: no id at or above it is given. */
    void keptUpTo(long bound) {
        end.set(bound);
    }

    private ArrivalIds of(Jid owner) {
        return of(homes.fence(owner).part());
    }

    private ArrivalIds of(int part) {
        ArrivalIds known = partitions.get(part);
        if (known == null) {
            known = partitions.computeIfAbsent(part, p -> new ArrivalIds(homes.node(), end));
        }
        long least = commonFloor.get(); // read at every use: a partition that begins while it is raised is above it too
        if (known.last() < least) {
            known.above(least);
        }
        return known;
    }
}
