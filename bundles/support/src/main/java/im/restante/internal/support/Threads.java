package im.restante.internal.support;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Virtual threads where the JVM has them, 21 and later; by reflection, since the code is compiled for Java 17. */
public final class Threads {
    private static final long IDLE_SECONDS = 30;

    private Threads() {}

    /** Makes virtual threads; empty where there are none. */
    public static Optional<ThreadFactory> virtual() {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            return Optional.of((ThreadFactory) Class.forName("java.lang.Thread$Builder")
                    .getMethod("factory")
                    .invoke(builder));
        } catch (NoSuchMethodException | ClassNotFoundException e) {
            return Optional.empty();
        } catch (IllegalAccessException | InvocationTargetException | UnsupportedOperationException e) {
            return Optional.empty(); // Java 20, where they are a preview
        }
    }

    /**
     * A virtual thread for each task; without them {@code size} platform threads, which end when there is nothing to do.
     *
     * @param name of the platform threads, followed by a number
     */
    public static ExecutorService tasks(String name, int size) {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            return pool(name, size);
        }
    }

    static ExecutorService pool(String name, int size) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                size, size, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemons(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Makes platform threads that do not keep the JVM alive. @param name followed by a number */
    public static ThreadFactory daemons(String name) {
        return daemons(name, 0);
    }

    /** As above. @param stackBytes 0: as the JVM likes */
    public static ThreadFactory daemons(String name, long stackBytes) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(null, task, name + '-' + number.incrementAndGet(), stackBytes);
            thread.setDaemon(true);
            return thread;
        };
    }
}
