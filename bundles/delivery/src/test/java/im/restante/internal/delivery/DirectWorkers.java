package im.restante.internal.delivery;

import im.restante.internal.support.Workers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;

/** Workers that are the caller's thread, one task after the other, with a clock of their own. For one thread. */
final class DirectWorkers implements Workers {
    private record Later(long due, Runnable task) {}

    final AtomicLong nanos = new AtomicLong();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<Later> later = new ArrayList<>();
    private boolean running;
    private boolean closed;

    @Override
    public void execute(Runnable task) {
        if (closed) {
            return;
        }
        tasks.add(task);
        if (running) {
            return;
        }
        running = true;
        try {
            for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
                next.run();
            }
        } finally {
            running = false;
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
