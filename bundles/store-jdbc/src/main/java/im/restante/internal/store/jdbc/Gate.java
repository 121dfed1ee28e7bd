package im.restante.internal.store.jdbc;

import im.restante.store.StoreException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Whether the database can be used: the writer opens and shuts it, readers pass it. */
final class Gate {
    private static final long PATIENCE_SECONDS = 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition decided = lock.newCondition();
    private boolean open;
    private StoreException trouble;

    void open() {
        set(true, null);
    }

    /** @param why null: about to be known */
    void shut(StoreException why) {
        set(false, why);
    }

    private void set(boolean nowOpen, StoreException why) {
        lock.lock();
        try {
            open = nowOpen;
            trouble = why;
            decided.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits while the writer is opening the database. */
    void pass() throws StoreException, InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!open && trouble == null && left > 0) {
                left = decided.awaitNanos(left);
            }
            if (!open) {
                throw trouble == null
                        ? StoreException.nothingChanged("the store is still opening its database")
                        : new StoreException(trouble.getMessage(), trouble, StoreException.Outcome.NOTHING_CHANGED);
            }
        } finally {
            lock.unlock();
        }
    }
}
