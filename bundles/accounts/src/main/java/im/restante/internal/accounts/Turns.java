package im.restante.internal.accounts;

import im.restante.internal.support.OutOfMemory;
import im.restante.store.StoreException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Lets only so much work be under way, and the addresses that ask for it take turns: one that asks for much waits for itself. Of IPv6
 * a /64 is one address. Bounded for each address and in all; when all is full, whoever has most waiting gives way. Safe for
 * concurrent use; nothing blocks.
 */
final class Turns implements AutoCloseable {
    private final int atOnce;
    private final int mostOfOne;
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();

    /** By address, in the order of their next turn; no queue is empty. Guarded by lock, as what follows. */
    private final Map<Object, Deque<Work<?>>> waiting = new LinkedHashMap<>();

    private int waitingInAll;
    private int running;
    private boolean closed;

    /** Passes over {@link #start} that are due: one thread at a time makes them all, so that none begins within another. */
    private final AtomicInteger due = new AtomicInteger();

    /**
     * @param atOnce    under way at a time
     * @param mostOfOne waiting of one address
     * @param most      waiting of all
     */
    Turns(int atOnce, int mostOfOne, int most) {
        this.atOnce = atOnce;
        this.mostOfOne = mostOfOne;
        this.most = most;
    }

    /**
     * @param client whose turn it is; null for somebody without an address, who is like one more
     * @param work   must not block; begins on any thread
     * @return as the work completes; with {@link StoreException} if too much waits, or this is closed before it begins
     */
    <T> CompletableFuture<T> take(InetAddress client, Supplier<CompletionStage<T>> work) {
        Work<T> mine = new Work<>(work);
        Work<?> refused = enqueue(key(client), mine);
        if (refused != null) {
            refused.refuse();
        }
        start();
        return mine.result;
    }

    private static Object key(InetAddress client) {
        if (client == null) {
            return "none";
        }
        byte[] bytes = client.getAddress();
        return bytes.length == Integer.BYTES
                ? (Object) ByteBuffer.wrap(bytes).getInt()
                : (Object) ByteBuffer.wrap(bytes).getLong();
    }

    /** @return who is refused for it; null if nobody is */
    private Work<?> enqueue(Object key, Work<?> mine) {
        lock.lock();
        try {
            Deque<Work<?>> own = waiting.get(key);
            int ahead = own == null ? 0 : own.size();
            if (closed || ahead >= mostOfOne) {
                return mine;
            }
            Work<?> givesWay = null;
            if (waitingInAll >= most) {
                Map.Entry<Object, Deque<Work<?>>> longest = waiting.entrySet().stream()
                        .max(Map.Entry.comparingByValue((a, b) -> Integer.compare(a.size(), b.size())))
                        .orElse(null);
                if (longest == null || longest.getValue().size() <= ahead + 1) {
                    return mine;
                }
                givesWay = longest.getValue().removeLast();
                waitingInAll--;
            }
            waiting.computeIfAbsent(key, first -> new ArrayDeque<>()).add(mine);
            waitingInAll++;
            return givesWay;
        } finally {
            lock.unlock();
        }
    }

    private void start() {
        if (due.getAndIncrement() != 0) {
            return;
        }
        do {
            for (Work<?> next = next(); next != null; next = next()) {
                next.begin();
            }
        } while (due.decrementAndGet() != 0);
    }

    /** @return what may begin now; null if nothing may */
    private Work<?> next() {
        lock.lock();
        try {
            if (running >= atOnce || waiting.isEmpty()) {
                return null;
            }
            Map.Entry<Object, Deque<Work<?>>> first =
                    waiting.entrySet().iterator().next();
            waiting.remove(first.getKey());
            Work<?> work = first.getValue().remove();
            if (!first.getValue().isEmpty()) {
                waiting.put(first.getKey(), first.getValue()); // behind the others
            }
            waitingInAll--;
            running++;
            return work;
        } finally {
            lock.unlock();
        }
    }

    private void ended() {
        lock.lock();
        try {
            running--;
        } finally {
            lock.unlock();
        }
        start();
    }

    /** Refuses what has not begun. */
    @Override
    public void close() {
        List<Work<?>> left = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            waiting.values().forEach(left::addAll);
            waiting.clear();
            waitingInAll = 0;
        } finally {
            lock.unlock();
        }
        left.forEach(Work::refuse);
    }

    private final class Work<T> {
        private final Supplier<CompletionStage<T>> task;
        private final CompletableFuture<T> result = new CompletableFuture<>();

        private Work(Supplier<CompletionStage<T>> task) {
            this.task = task;
        }

        private void begin() {
            CompletionStage<T> stage;
            try {
                stage = Stages.guarded(task);
            } catch (Throwable e) { // memory, most likely; the others go on
                OutOfMemory.endsProcess(e);
                stage = CompletableFuture.failedFuture(e);
            }
            stage.whenComplete((value, problem) -> {
                ended(); // first: whoever waits for the result may want the next turn
                if (problem == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(problem);
                }
            });
        }

        private void refuse() {
            result.completeExceptionally(
                    new StoreException("too many logins wait for their turn, or the server stops"));
        }
    }
}
