package im.restante.internal.delivery;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Messages that cannot be stored right now, first come first served. While anybody is inside, all who come later must go in
 * too: that keeps the order of each owner.
 */
final class WaitingRoom {
    /** As many as a store would queue (design.md, "Store"). */
    static final int MAX_MESSAGES = 8_192;

    static final long MAX_BYTES = 32L << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<PendingStore> inside = new ArrayDeque<>();
    private long bytes;
    private volatile boolean occupied;

    boolean isOccupied() {
        return occupied;
    }

    /** False if there is no room left. */
    boolean enter(PendingStore pending) {
        lock.lock();
        try {
            if (inside.size() >= MAX_MESSAGES || bytes + pending.sizeBytes() > MAX_BYTES) {
                return false;
            }
            inside.addLast(pending);
            bytes += pending.sizeBytes();
            occupied = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Serves from the head until {@code serve} answers false for one, who then stays. By one thread at a time; {@code serve} is
     * called without a lock.
     */
    void serveWhile(Predicate<PendingStore> serve) {
        PendingStore head = head();
        while (head != null && serve.test(head)) {
            leave();
            head = head();
        }
    }

    private PendingStore head() {
        lock.lock();
        try {
            return inside.peekFirst();
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            bytes -= inside.removeFirst().sizeBytes();
            occupied = !inside.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
