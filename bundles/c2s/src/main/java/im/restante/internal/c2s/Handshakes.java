package im.restante.internal.c2s;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets only so many TLS handshakes compute at once, and the addresses that ask for them take turns: one that asks for many waits for
 * itself. Safe for concurrent use.
 */
final class Handshakes {
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by lock, as what follows. While something waits, nothing is free. */
    private final RoundRobin<Object, Permit> waiting = new RoundRobin<>();

    private int free;

    /** @param atOnce how many compute at a time */
    Handshakes(int atOnce) {
        free = atOnce;
    }

    /** One handshake's. @param whose those of one owner wait for each other */
    Permit of(Object whose) {
        return new Permit(whose);
    }

    /** For one thread, that of its handshake. */
    final class Permit {
        private final Object whose;
        private final Thread thread = Thread.currentThread();
        private volatile boolean held;

        private Permit(Object whose) {
            this.whose = whose;
        }

        /** Waits for its turn, whatever happens meanwhile. */
        void acquire() {
            lock.lock();
            try {
                if (free > 0) {
                    free--;
                    held = true;
                    return;
                }
                waiting.add(whose, this);
            } finally {
                lock.unlock();
            }
            boolean interrupted = false;
            while (!held) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                thread.interrupt();
            }
        }

        void release() {
            lock.lock();
            try {
                held = false;
                Permit next = waiting.poll();
                if (next == null) {
                    free++;
                } else {
                    next.held = true;
                    LockSupport.unpark(next.thread);
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
