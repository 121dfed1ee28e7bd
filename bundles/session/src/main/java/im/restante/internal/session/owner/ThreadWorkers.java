package im.restante.internal.session.owner;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A virtual thread for each task where the JVM has them, else a few platform threads. */
public final class ThreadWorkers implements Workers {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadWorkers.class);

    private final ExecutorService threads = virtualOrPooled();
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, named("restante-session-timer"));

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

    private static ExecutorService virtualOrPooled() {
        try { // JDK 21 and up; compiled for 17
            return (ExecutorService) java.util.concurrent.Executors.class
                    .getMethod("newVirtualThreadPerTaskExecutor")
                    .invoke(null);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            int size = Math.max(2, Runtime.getRuntime().availableProcessors());
            ThreadPoolExecutor pool = new ThreadPoolExecutor(
                    size, size, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named("restante-session"));
            pool.allowCoreThreadTimeOut(true);
            return pool;
        }
    }

    private static ThreadFactory named(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + '-' + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
