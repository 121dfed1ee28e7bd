package im.restante.internal.c2s;

import im.restante.session.Outcome;
import im.restante.xml.Element;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The stanzas of one client whose verdict is still open, in the order of their arrival. An answer goes out only when everything
 * before it is final, since it tells the client that what it sent before is taken. A stanza that is final at once while nothing
 * is open costs two volatile writes and no lock.
 */
final class PendingOutcomes {
    /** Open verdicts at which the connection stops reading. */
    static final int MAX_OPEN = 1_024;

    /** Bytes of stanzas with an open verdict at which the connection stops reading. */
    static final long MAX_BYTES = 1L << 20;

    /**
     * What all connections together may have open, in units of {@link #UNIT_BYTES} begun: half of what a store takes before it
     * calls itself busy. A connection that needs more waits and reads on later, so that a flood is slowed down, not refused.
     */
    static final int MAX_UNITS_OF_ALL = 4_096;

    private static final int UNIT_BYTES = 4 * 1024;

    private final Function<Element, byte[]> serializer;
    private final Consumer<byte[]> answers;
    private final Consumer<Throwable> failed;
    private final Semaphore roomOfAll;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewer = lock.newCondition();
    private final ArrayDeque<Entry> open = new ArrayDeque<>(2);
    private final List<Barrier> barriers = new ArrayList<>(0);

    private volatile int openCount;
    private volatile long begun;
    private volatile long settled;
    private volatile boolean barred;
    private volatile boolean full;
    private volatile boolean released;
    private long openBytes;

    private static final class Entry {
        final long number;
        final long size;
        final int units;
        boolean settled;
        byte[] answer;

        Entry(long number, long size) {
            this.number = number;
            this.size = size;
            this.units = (int) Math.min(MAX_UNITS_OF_ALL, 1 + size / UNIT_BYTES);
        }
    }

    private record Barrier(long number, Runnable task) {}

    /**
     * @param answers takes what is to be sent, in order; called under a lock
     * @param failed  told of a stage that completed exceptionally, which is a fault of the session
     * @param roomOfAll {@link #MAX_UNITS_OF_ALL} permits, shared by all connections
     */
    PendingOutcomes(
            Function<Element, byte[]> serializer,
            Consumer<byte[]> answers,
            Consumer<Throwable> failed,
            Semaphore roomOfAll) {
        this.serializer = serializer;
        this.answers = answers;
        this.failed = failed;
        this.roomOfAll = roomOfAll;
    }

    /** The reader hands over the next stanza. Reader's thread only. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void begin() {
        begun = begun + 1;
    }

    /** What {@link #begin} announced is under way. Blocks while all connections have too much open. Reader's thread only. */
    void add(CompletionStage<Outcome> stage, long size) throws InterruptedException {
        CompletableFuture<Outcome> future = stage.toCompletableFuture();
        if (openCount == 0 && future.isDone() && !future.isCompletedExceptionally()) {
            Outcome outcome = future.join();
            if (outcome instanceof Outcome.Answer answer) {
                answers.accept(serializer.apply(answer.stanza()));
            }
            settled = begun;
            if (barred) {
                runDue();
            }
            return;
        }
        Entry entry = new Entry(begun, size);
        if (!roomOfAll.tryAcquire(entry.units)) {
            full = true;
            roomOfAll.acquire(entry.units);
            full = false;
        }
        lock.lock();
        try {
            open.add(entry);
            openBytes += size;
            openCount = open.size();
        } finally {
            lock.unlock();
        }
        future.whenComplete((outcome, failure) -> settle(entry, outcome, failure));
    }

    /** Blocks while too much is open. Returns at once after {@link #release}. Reader's thread only. */
    void awaitRoom() throws InterruptedException {
        if (openCount == 0) {
            return;
        }
        lock.lock();
        try {
            while (!released && (open.size() >= MAX_OPEN || openBytes >= MAX_BYTES)) {
                full = true;
                fewer.await();
            }
            full = false;
        } finally {
            lock.unlock();
        }
    }

    /** Blocks until nothing is open. @return false if that took longer than the time given, or after {@link #release} */
    boolean awaitEmpty(long seconds) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(seconds);
            full = !open.isEmpty();
            while (!released && !open.isEmpty() && left > 0) {
                left = fewer.awaitNanos(left);
            }
            full = false;
            return open.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** How many stanzas {@link #begin} has announced. Reader's thread only. */
    long begun() {
        return begun;
    }

    /** How many of them, without a gap, are final. */
    long settled() {
        return settled;
    }

    /** Whether the reader waits here rather than for the client. */
    boolean full() {
        return full;
    }

    /** As {@link im.restante.session.ClientLink#afterPending}. */
    void afterPending(Runnable task) {
        lock.lock();
        try {
            if (released) {
                return;
            }
            barriers.add(new Barrier(begun, task));
            barred = true;
        } finally {
            lock.unlock();
        }
        runDue();
    }

    /** The connection ends: nobody waits here any more and no task runs any more. */
    void release() {
        lock.lock();
        try {
            released = true;
            barriers.clear();
            barred = false;
            fewer.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void settle(Entry entry, Outcome outcome, Throwable failure) {
        roomOfAll.release(entry.units);
        byte[] answer = outcome instanceof Outcome.Answer a ? serializer.apply(a.stanza()) : null;
        if (failure != null) {
            failed.accept(failure); // and it stays open: what follows is never called taken
            return;
        }
        lock.lock();
        try {
            entry.settled = true;
            entry.answer = answer;
            Entry first = open.peek();
            while (first != null && first.settled) {
                open.poll();
                openBytes -= first.size;
                if (first.answer != null) {
                    answers.accept(first.answer);
                }
                settled = first.number;
                first = open.peek();
            }
            openCount = open.size();
            fewer.signalAll();
        } finally {
            lock.unlock();
        }
        if (barred) {
            runDue();
        }
    }

    private void runDue() {
        List<Runnable> due = new ArrayList<>(2);
        lock.lock();
        try {
            barriers.removeIf(barrier -> {
                boolean reached = barrier.number <= settled;
                if (reached) {
                    due.add(barrier.task);
                }
                return reached;
            });
            barred = !barriers.isEmpty();
        } finally {
            lock.unlock();
        }
        due.forEach(Runnable::run);
    }
}
