package im.restante.itests.bench;

import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Starts threads: virtual ones where the JVM has them. */
final class Threads {
    private static final Executor EXECUTOR = executor();

    private Threads() {}

    static void start(Runnable task) {
        EXECUTOR.execute(task);
    }

    static CompletableFuture<Void> run(Runnable task) {
        return CompletableFuture.runAsync(task, EXECUTOR);
    }

    private static Executor executor() {
        try {
            Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
            return task -> {
                try {
                    start.invoke(null, task);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            };
        } catch (NoSuchMethodException e) {
            return task -> {
                Thread thread = new Thread(null, task, "bench", 256 * 1024);
                thread.setDaemon(true);
                thread.start();
            };
        }
    }
}
