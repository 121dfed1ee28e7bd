package im.restante.internal.quota;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Lets one line through per minute and counts the others: what happens per message would otherwise fill the log. */
final class LogLimit {
    private static final long QUIET_NANOS = 60_000_000_000L;

    private final LongSupplier nanoTime;
    private final AtomicLong next;
    private final AtomicLong unsaid = new AtomicLong();

    LogLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.next = new AtomicLong(nanoTime.getAsLong());
    }

    /** Whether a line is due now; if not, it is counted. */
    boolean isDue() {
        long now = nanoTime.getAsLong();
        long due = next.get();
        if (now - due >= 0 && next.compareAndSet(due, now + QUIET_NANOS)) {
            return true;
        }
        unsaid.incrementAndGet();
        return false;
    }

    /** Lines held back since this was last asked. */
    long unsaid() {
        return unsaid.getAndSet(0);
    }
}
