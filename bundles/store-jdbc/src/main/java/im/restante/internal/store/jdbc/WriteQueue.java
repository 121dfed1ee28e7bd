package im.restante.internal.store.jdbc;

import im.restante.store.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for the writer: bounded in number and bytes, first come first served, except that bulk work lets the rest go first.
 * Nobody who puts something in ever waits: beyond the bound it fails at once. What its caller has withdrawn takes no room from others.
 */
final class WriteQueue {
    static final int MOST = 8_192;
    static final long MOST_BYTES = 32L << 20;
    static final int BATCH = 512;
    static final long BATCH_BYTES = 4L << 20;
    /** Rows removed in one transaction; a removal costs less than an append. */
    static final int BATCH_REMOVALS = 4_096;

    /** Between two looks for what was withdrawn. */
    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<Operation<?>> waiting = new ArrayDeque<>();
    private final Deque<Operation<?>> bulk = new ArrayDeque<>();
    private long bytes;
    private boolean closed;
    private long sweepNotBefore = System.nanoTime();

    /** Fails {@code operation} when there is no room for it. */
    void put(Operation<?> operation) {
        String refusal = offer(waiting, List.of(operation));
        if (refusal != null) {
            operation.fail(StoreException.nothingChanged(refusal));
        }
    }

    /** For work of many parts, of which the writer takes one a batch. All or none is taken in. */
    void putBulk(List<? extends Operation<?>> operations) {
        String refusal = offer(bulk, operations);
        if (refusal != null) {
            operations.forEach(operation -> operation.fail(StoreException.nothingChanged(refusal)));
        }
    }

    private String offer(Deque<Operation<?>> queue, List<? extends Operation<?>> operations) {
        long size = 0;
        for (Operation<?> operation : operations) {
            size += operation.bytes();
        }
        List<Operation<?>> withdrawn = List.of();
        lock.lock();
        try {
            if (closed) {
                return "the store is closed";
            }
            if (!fits(operations.size(), size)) {
                withdrawn = sweep();
            }
            if (!fits(operations.size(), size)) {
                return "the store is busy: " + (waiting.size() + bulk.size())
                        + " changes wait already; the disk does not keep up";
            }
            queue.addAll(operations);
            bytes += size;
            arrived.signal();
            return null;
        } finally {
            lock.unlock();
            withdrawn.forEach(Operation::dismiss);
        }
    }

    private boolean fits(int operations, long size) {
        int count = waiting.size() + bulk.size();
        return count == 0 || count + operations <= MOST && bytes + size <= MOST_BYTES;
    }

    /** Takes out what was withdrawn, to be dismissed without the lock. Not too often: it looks at all. */
    private List<Operation<?>> sweep() {
        long now = System.nanoTime();
        if (now - sweepNotBefore < 0) {
            return List.of();
        }
        sweepNotBefore = now + SWEEP_NANOS;
        List<Operation<?>> withdrawn = new ArrayList<>();
        waiting.removeIf(operation -> {
            if (!operation.isWithdrawn()) {
                return false;
            }
            bytes -= operation.bytes();
            withdrawn.add(operation);
            return true;
        });
        return withdrawn;
    }

    /**
     * What the next transaction takes: never waits for more than the first. Empty when nothing came in time; null when closed and
     * empty.
     */
    List<Operation<?>> take(long millis) throws InterruptedException {
        List<Operation<?>> batch = new ArrayList<>();
        List<Operation<?>> withdrawn = new ArrayList<>();
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (waiting.isEmpty() && bulk.isEmpty()) {
                if (closed) {
                    return null;
                }
                if (left <= 0) {
                    return batch;
                }
                left = arrived.awaitNanos(left);
            }
            long size = 0;
            int removals = 0;
            while (!waiting.isEmpty() && batch.size() < BATCH) {
                Operation<?> next = waiting.peek();
                if (next.isWithdrawn()) {
                    withdrawn.add(waiting.poll());
                    bytes -= next.bytes();
                    continue;
                }
                size += next.bytes();
                removals += next.removals();
                if (!batch.isEmpty() && (size > BATCH_BYTES || removals > BATCH_REMOVALS)) {
                    break;
                }
                batch.add(waiting.poll());
                bytes -= next.bytes();
            }
            Operation<?> part = bulk.poll();
            if (part != null) {
                batch.add(part);
                bytes -= part.bytes();
            }
            return batch;
        } finally {
            lock.unlock();
            withdrawn.forEach(Operation::dismiss);
        }
    }

    /** Takes in nothing more; what waits is still written. */
    void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }
}
