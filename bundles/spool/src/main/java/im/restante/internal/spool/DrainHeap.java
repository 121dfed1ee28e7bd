package im.restante.internal.spool;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The heap of all drains together: messages that were read from a store and are not acknowledged yet. While it is more than the budget
 * says, each drain goes on with a window of {@link #GRANTED} bytes, so that nobody waits for somebody who does not read. Safe for
 * concurrent use.
 */
final class DrainHeap {
    /** What every drain may have, in bytes; one message may be larger. */
    static final long GRANTED = 16 * 1024;

    /** Less than any budget: the budget is not asked for it. */
    private static final long NEVER_TOO_MUCH = 1 << 20;

    private final LongSupplier budget;
    private final AtomicLong held = new AtomicLong();

    /** @param budget in bytes, asked each time */
    DrainHeap(LongSupplier budget) {
        this.budget = budget;
    }

    /** An owner's drain holds so many bytes more, or less, than it did. */
    void changed(long by) {
        held.addAndGet(by);
    }

    /** In bytes. */
    long held() {
        return held.get();
    }

    boolean isShort() {
        long now = held.get();
        return now > NEVER_TOO_MUCH && now > budget.getAsLong();
    }
}
