package im.restante.internal.c2s;

import im.restante.internal.support.Threads;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * The threads of connections: virtual where the JVM has them (21 and up), else platform threads with small stacks.
 */
final class ConnectionThreads implements AutoCloseable {
    /** Enough for a TLS handshake, which is the deepest that runs there. */
    private static final long STACK_BYTES = 256 * 1024;

    private final ThreadFactory readers;
    private final Executor writers;
    private final ExecutorService pool;

    ConnectionThreads() {
        this(Threads.virtual().orElse(null));
    }

    /** @param virtual makes virtual threads; null: there are none */
    ConnectionThreads(ThreadFactory virtual) {
        if (virtual == null) {
            readers = Threads.daemons("restante-c2s-reader", STACK_BYTES);
            pool = Executors.newCachedThreadPool(Threads.daemons("restante-c2s-writer", STACK_BYTES));
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
}
