package im.restante.internal.session.owner;

import im.restante.internal.support.Threads;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A virtual thread for each task where the JVM has them, else a few platform threads. */
public final class ThreadWorkers implements Workers {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadWorkers.class);

    private final ExecutorService threads =
            Threads.tasks("restante-session", Math.max(2, Runtime.getRuntime().availableProcessors()));
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, Threads.daemons("restante-session-timer"));

    public ThreadWorkers() {
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public void execute(Runnable task) {
        try {
            threads.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("the session bundle has stopped, a task is dropped");
        }
    }

    @Override
    public void after(Duration delay, Runnable task) {
        try {
            timer.schedule(() -> execute(task), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the session bundle has stopped, a task is dropped");
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        threads.shutdown();
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("a task of the session bundle failed; please report it", e);
        }
    }
}
