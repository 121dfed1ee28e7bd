package im.restante.internal.delivery;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Something that must be over by a deadline, and that may have to wait at first for a service that is being replaced. Whoever
 * {@linkplain #take() takes} it, to start it or to give it up, is the only one who does.
 */
abstract class Timed {
    private final long deadline;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final long waitsUntil;

    /** Times are those of the component's {@code nanoTime}. */
    Timed(long now, long timeoutNanos, long waitNanos) {
        this.deadline = now + timeoutNanos;
        this.waitsUntil = now + Math.min(waitNanos, timeoutNanos);
    }

    /** True for the first who asks. */
    final boolean take() {
        return taken.compareAndSet(false, true);
    }

    /** Whether nobody has taken it yet. */
    final boolean isWaiting() {
        return !taken.get();
    }

    /** Called now and then, and at the end of everything with {@code force}. */
    final void check(long now, boolean force) {
        if (isWaiting()) {
            if ((force || isAbandoned() || now - waitsUntil >= 0) && take()) {
                gaveUpWaiting();
            }
        } else if (force || isAbandoned() || now - deadline >= 0) {
            timedOut();
        }
    }

    /** Whether nobody waits for it any more. */
    boolean isAbandoned() {
        return false;
    }

    /** It never started. */
    abstract void gaveUpWaiting();

    /** It started and did not end; called again and again while it goes on, and perhaps for one that just ended. */
    abstract void timedOut();
}
