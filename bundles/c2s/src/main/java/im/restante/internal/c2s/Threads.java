package im.restante.internal.c2s;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of connections: virtual where the JVM has them (21 and up), else platform threads with small stacks.
 */
final class Threads implements AutoCloseable {
    private static final ThreadFactory VIRTUAL = virtual();

    /** Enough for a TLS handshake, which is the deepest that runs there. */
    private static final long STACK_BYTES = 256 * 1024;

    private final ThreadFactory readers;
    private final Executor writers;
    private final ExecutorService pool;

    Threads() {
        this(VIRTUAL);
    }

    /** @param virtual makes virtual threads; null: there are none */
    Threads(ThreadFactory virtual) {
        if (virtual == null) {
            readers = small("restante-c2s-reader-");
            pool = Executors.newCachedThreadPool(small("restante-c2s-writer-"));
            writers = pool;
        } else {
            readers = virtual;
            pool = null;
            writers = task -> virtual.newThread(task).start();
        }
    }

    /** Starts the one thread that reads a connection. */
    void read(Runnable connection) {
        readers.newThread(connection).start();
    }

    /** Where outbound queues drain. A task may block on a slow client without holding up another. */
    Executor writers() {
        return writers;
    }

    @Override
    public void close() {
        if (pool != null) {
            pool.shutdown();
        }
    }

    private static ThreadFactory small(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(null, task, prefix + number.incrementAndGet(), STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** By reflection, since the code is compiled for Java 17. */
    private static ThreadFactory virtual() {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            return (ThreadFactory) Class.forName("java.lang.Thread$Builder")
                    .getMethod("factory")
                    .invoke(builder);
        } catch (NoSuchMethodException | ClassNotFoundException e) {
            return null;
        } catch (IllegalAccessException | InvocationTargetException | UnsupportedOperationException e) {
            return null; // Java 20, where they are a preview
        }
    }
}
