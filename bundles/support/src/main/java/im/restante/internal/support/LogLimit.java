package im.restante.internal.support;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Lets one line through in a while and counts the others: what happens per message would otherwise fill the log. */
public final class LogLimit {
    private final long quietNanos;
    private final LongSupplier nanoTime;
    private final AtomicLong next;
    private final AtomicLong unsaid = new AtomicLong();

    /** At most one line a minute. */
    public static LogLimit perMinute(LongSupplier nanoTime) {
        return new LogLimit(Duration.ofMinutes(1), nanoTime);
    }

    /** @param quiet from one line to the next, at least */
    public LogLimit(Duration quiet, LongSupplier nanoTime) {
        this.quietNanos = quiet.toNanos();
        this.nanoTime = nanoTime;
        this.next = new AtomicLong(nanoTime.getAsLong());
    }

    /** Whether a line is due now; if not, it is counted. */
    public boolean isDue() {
        long now = nanoTime.getAsLong();
        long due = next.get();
        if (now - due >= 0 && next.compareAndSet(due, now + quietNanos)) {
            return true;
        }
        unsaid.incrementAndGet();
        return false;
    }

    /** What to put behind a line: empty, or how many were held back since the last one. */
    public String more() {
        long held = unsaid();
        return held == 0 ? "" : " (" + held + " more like this since the last line)";
    }

    /** Lines held back since this was last asked. */
    public long unsaid() {
        return unsaid.getAndSet(0);
    }
}
