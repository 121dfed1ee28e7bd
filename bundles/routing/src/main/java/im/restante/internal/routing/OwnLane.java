package im.restante.internal.routing;

import im.restante.internal.support.Workers;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Stanzas of the server's own for some accounts, in the order in which they were sent. One task at a time routes them; while there is no
 * router they wait. Safe for concurrent use; nobody is called under the lock.
 */
final class OwnLane {
    private final Supplier<Router> router;
    private final Workers workers;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<OwnStanza<?>> queue = new ArrayDeque<>(); // guarded by lock
    private boolean isRunning; // guarded by lock

    // those of the task that runs; while none does, guarded by lock
    private Router current;
    private StanzaOrder order;

    /** @param router null while there is none */
    OwnLane(Supplier<Router> router, Workers workers) {
        this.router = router;
        this.workers = workers;
    }

    void add(OwnStanza<?> stanza) {
        lock.lock();
        try {
            queue.add(stanza);
        } finally {
            lock.unlock();
        }
        start();
    }

    /** Routes what waits, if there is a router. */
    void start() {
        lock.lock();
        try {
            if (isRunning || queue.isEmpty() || router.get() == null) {
                return;
            }
            isRunning = true;
        } finally {
            lock.unlock();
        }
        workers.execute(this::run);
    }

    /** Lets go of those that waited too long. */
    void purge() {
        lock.lock();
        try {
            queue.removeIf(OwnStanza::isSettled);
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** The router has gone. */
    void forget(Router former) {
        lock.lock();
        try {
            if (!isRunning && current == former) {
                current = null;
                order = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        for (Router present = router.get(); ; present = router.get()) {
            OwnStanza<?> next;
            lock.lock();
            try {
                next = present == null ? null : queue.poll();
                if (next == null) {
                    isRunning = false;
                    current = present == null ? null : current;
                    order = current == null ? null : order;
                    break;
                }
            } finally {
                lock.unlock();
            }
            if (present != current) {
                current = present;
                order = new StanzaOrder(present);
            }
            next.begin(present, order);
            if (router.get() != present) { // it went in this moment, and did not see what it was given last
                next.fail("routing stopped", null);
            }
        }
        start(); // a router may have come
    }
}
