package im.restante.internal.spool;

import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Workers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for a store that could not do it: of any number of owners only a few ask again each second, and once one of them
 * succeeds all the others do. Safe for concurrent use.
 */
final class Retries {
    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

    /** Tries in one go while nothing succeeds. */
    static final int PROBES = 8;

    /** Between two goes: this, and up to half as much again, so that servers of one database do not ask in step. */
    static final Duration PAUSE = Duration.ofMillis(800);

    private final Workers workers;
    private final SplittableRandom random; // guarded by the lock
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(0); // guarded by the lock
    private boolean scheduled; // guarded by the lock
    private volatile boolean any;

    /** Something has succeeded since the last go. */
    private volatile boolean healed;

    Retries(Workers workers, long seed) {
        this.workers = workers;
        this.random = new SplittableRandom(seed);
    }

    /** Runs a task when the store may be able to do it. It comes back if that was too early. */
    void later(Runnable task) {
        lock.lock();
        try {
            waiting.add(task);
            any = true;
            schedule();
        } finally {
            lock.unlock();
        }
    }

    /** The store has done something of this kind. */
    void succeeded() {
        if (any && !healed) {
            healed = true;
        }
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            long jitter = random.nextLong(PAUSE.toMillis() / 2);
            workers.after(PAUSE.plusMillis(jitter), this::go);
        }
    }

    private void go() {
        List<Runnable> due = new ArrayList<>();
        lock.lock();
        try {
            scheduled = false;
            boolean all = healed;
            healed = false;
            while (!waiting.isEmpty() && (all || due.size() < PROBES)) {
                due.add(waiting.poll());
            }
            any = !waiting.isEmpty();
            if (any) {
                schedule();
            }
        } finally {
            lock.unlock();
        }
        for (Runnable task : due) {
            try {
                task.run();
            } catch (Throwable e) { // the others have their turn all the same
                OutOfMemory.endsProcess(e);
                LOG.error("a task that waited for the store failed; please report it", e);
            }
        }
    }
}
