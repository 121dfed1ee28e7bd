package im.restante.internal.support;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after the other, in the order they came, on one worker as long as there are any: hundreds that come together cost
 * one hand-over between threads, not hundreds.
 */
public final class SerialExecutor implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);

    private final Executor workers;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger open = new AtomicInteger(); // tasks that came and have not been run

    public SerialExecutor(Executor workers) {
        this.workers = workers;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (open.getAndIncrement() == 0) {
            try {
                workers.execute(this::runAll);
            } catch (RejectedExecutionException e) { // the workers have ended, and somebody still waits for this
                runAll();
            }
        }
    }

    /** Whether everything that came has been run. */
    public boolean isIdle() {
        return open.get() == 0;
    }

    private void runAll() {
        do {
            try {
                tasks.remove().run();
            } catch (RuntimeException | LinkageError e) {
                LOG.error("A task failed", e);
            }
        } while (open.decrementAndGet() > 0);
    }
}
