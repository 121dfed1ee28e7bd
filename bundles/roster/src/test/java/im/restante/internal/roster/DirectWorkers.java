package im.restante.internal.roster;

import im.restante.internal.support.Workers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Workers that are the caller's thread; what is for later runs when time is let pass. */
final class DirectWorkers implements Workers {
    private record Later(long due, Runnable task) {}

    private final AtomicLong nanos;
    private final List<Later> later = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    DirectWorkers(AtomicLong nanos) {
        this.nanos = nanos;
    }

    @Override
    public void execute(Runnable task) {
        if (!closed) {
            task.run();
        }
    }

    @Override
    public void after(Duration delay, Runnable task) {
        later.add(new Later(nanos.get() + delay.toNanos(), task));
    }

    /** Lets time pass, and runs what becomes due. */
    void pass(Duration time) {
        long end = nanos.addAndGet(time.toNanos());
        List<Later> due = later.stream().filter(one -> one.due <= end).toList();
        later.removeAll(due);
        due.forEach(one -> execute(one.task));
    }

    @Override
    public void close() {
        closed = true;
    }
}
