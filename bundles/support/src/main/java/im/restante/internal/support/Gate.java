package im.restante.internal.support;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Whether something can be used: who keeps it opens and shuts it, all others pass. Safe for concurrent use.
 *
 * @param <E> why it is shut
 */
public final class Gate<E extends Exception> {
    private static final long PATIENCE_SECONDS = 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition decided = lock.newCondition();
    private boolean open;
    private E trouble;

    public void open() {
        set(true, null);
    }

    /** @param why null: about to be known */
    public void shut(E why) {
        set(false, why);
    }

    private void set(boolean nowOpen, E why) {
        lock.lock();
        try {
            open = nowOpen;
            trouble = why;
            decided.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits while nobody knows, ten seconds at most.
     *
     * @param refusal what is thrown if it is not open; given why, null if nobody knows yet
     */
    public void pass(Function<? super E, ? extends E> refusal) throws E, InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!open && trouble == null && left > 0) {
                left = decided.awaitNanos(left);
            }
            if (!open) {
                throw refusal.apply(trouble);
            }
        } finally {
            lock.unlock();
        }
    }
}
