package im.restante.internal.routing;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The open verdicts of one session whose deadlines have not passed, oldest first. What is final when {@link StanzaOrder#accept} returns
 * never comes here. Safe for concurrent use; nobody is called under the lock.
 */
final class OpenVerdicts {
    private final Consumer<OpenVerdicts> onFirst;
    private final ReentrantLock lock = new ReentrantLock();
    private OpenVerdict first;
    private OpenVerdict last;
    private boolean watched;

    /** @param onFirst called when there is something to watch from here on, until {@link #forgotten} says that there is nothing */
    OpenVerdicts(Consumer<OpenVerdicts> onFirst) {
        this.onFirst = onFirst;
    }

    /** The newest one. */
    void add(OpenVerdict one) {
        boolean begins;
        lock.lock();
        try {
            one.listed = true;
            one.before = last;
            if (last == null) {
                first = one;
            } else {
                last.after = one;
            }
            last = one;
            begins = !watched;
            watched = true;
        } finally {
            lock.unlock();
        }
        if (begins) {
            onFirst.accept(this);
        }
    }

    /** It is final; nothing happens if its deadline has passed already. */
    void remove(OpenVerdict one) {
        lock.lock();
        try {
            unlink(one);
        } finally {
            lock.unlock();
        }
    }

    /** Lets those expire that are older than the given moment. */
    void expire(long before) {
        while (true) {
            OpenVerdict due;
            lock.lock();
            try {
                due = first;
                if (due == null || due.since - before > 0) {
                    return;
                }
                unlink(due);
            } finally {
                lock.unlock();
            }
            due.expire();
        }
    }

    /** Whether there is nothing to watch any more; the next {@link #add} says that there is again. */
    boolean forgotten() {
        lock.lock();
        try {
            watched = first != null;
            return !watched;
        } finally {
            lock.unlock();
        }
    }

    private void unlink(OpenVerdict one) {
        if (!one.listed) {
            return;
        }
        one.listed = false;
        if (one.before == null) {
            first = one.after;
        } else {
            one.before.after = one.after;
        }
        if (one.after == null) {
            last = one.before;
        } else {
            one.after.before = one.before;
        }
        one.before = null;
        one.after = null;
    }
}
