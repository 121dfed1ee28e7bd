package im.restante.internal.spool;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Arrival ids of one partition: 41 bits of milliseconds since 2020-01-01 UTC, 8 bits of node, 14 bits of counter. Always above the last
 * one given and above every floor set, whatever the clock does and whichever node set the floor. Lock-free; an owner's ids are in order
 * because whoever runs its core takes them.
 */
final class ArrivalIds {
    private static final long EPOCH_MILLIS = 1_577_836_800_000L; // 2020-01-01T00:00:00Z
    private static final int COUNTER_BITS = 14;
    private static final int TIME_SHIFT = COUNTER_BITS + 8;
    private static final long COUNTER_MASK = (1L << COUNTER_BITS) - 1;
    private static final long BELOW_TIME_MASK = (1L << TIME_SHIFT) - 1;
    private static final int MOST_NODES = 1 << (TIME_SHIFT - COUNTER_BITS);

    /** In its place below the time. */
    private final long node;

    private final AtomicLong last = new AtomicLong();

    private final AtomicLong end;

    /**
     * @param node 0 to 255: no other server gives ids with it at the same time
     * @param end  the stores keep the ids below it for this server: however far ahead the clock is, none at or above it is given. One that
     *     comes after this server begins above them. Between the time of the last id and a bound a second ahead there are millions, so
     *     that there is always one
     */
    ArrivalIds(int node, AtomicLong end) {
        if (node < 0 || node >= MOST_NODES) {
            throw new IllegalArgumentException("a node is 0 to " + (MOST_NODES - 1) + ", not " + node);
        }
        this.node = (long) node << COUNTER_BITS;
        this.end = end;
    }

    /** The next id for a message that arrived at {@code epochMillis}. */
    long next(long epochMillis) {
        long earliest = of(epochMillis) | node;
        while (true) {
            long before = last.get();
            long id = earliest > before && earliest < end.get() ? earliest : after(before);
            if (last.compareAndSet(before, id)) {
                return id;
            }
        }
    }

    /** The first id of a moment. */
    static long of(long epochMillis) {
        return Math.max(0, epochMillis - EPOCH_MILLIS) << TIME_SHIFT;
    }

    /** The moment of an id, since 1970. */
    static long millis(long id) {
        return (id >> TIME_SHIFT) + EPOCH_MILLIS;
    }

    /** The first id so long after the moment of {@code id}. */
    static long later(long id, Duration time) {
        return (id >> TIME_SHIFT) + time.toMillis() << TIME_SHIFT;
    }

    /** Every id from here on is larger than {@code id}. */
    void above(long id) {
        last.accumulateAndGet(id, Math::max);
    }

    /** The last id given, or the floor. */
    long last() {
        return last.get();
    }

    /** The first id of this node above {@code id}: in the same millisecond, unless its counter is full, or a higher node gave that one. */
    private long after(long id) {
        long belowTime = id & BELOW_TIME_MASK;
        long time = id - belowTime;
        if (belowTime < node) {
            return time | node;
        }
        return belowTime < (node | COUNTER_MASK) ? id + 1 : time + BELOW_TIME_MASK + 1 | node;
    }
}
