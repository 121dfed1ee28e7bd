package im.restante.internal.support;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The workers of one bundle: a virtual thread for each task where the JVM has them, else a few platform threads; and a timer. */
public final class ThreadWorkers implements Workers {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadWorkers.class);

    private final String bundle;
    private final ExecutorService threads;
    private final ScheduledThreadPoolExecutor timer;

    /** @param bundle names the threads, and the bundle in the log */
    public ThreadWorkers(String bundle) {
        this.bundle = bundle;
        this.threads = Threads.tasks(
                "restante-" + bundle, Math.max(2, Runtime.getRuntime().availableProcessors()));
        this.timer = new ScheduledThreadPoolExecutor(1, Threads.daemons("restante-" + bundle + "-timer"));
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public void execute(Runnable task) {
        try {
            threads.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("the bundle {} has stopped, a task is dropped", bundle);
        }
    }

    @Override
    public void after(Duration delay, Runnable task) {
        try {
            timer.schedule(() -> execute(task), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the bundle {} has stopped, a task is dropped", bundle);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        threads.shutdown();
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // an Error, too, costs one task and not a thread of the pool
            OutOfMemory.endsProcess(e);
            LOG.error("a task of the bundle {} failed; please report it", bundle, e);
        }
    }
}
