package im.restante.itests.harness;

import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Starts threads: virtual ones where the JVM has them. */
public final class Threads {
    private static final Executor EXECUTOR = executor();

    private Threads() {}

    public static void start(Runnable task) {
        EXECUTOR.execute(task);
    }

    public static CompletableFuture<Void> run(Runnable task) {
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
                Thread thread = new Thread(null, task, "client", 256 * 1024);
                thread.setDaemon(true);
                thread.start();
            };
        }
    }
}
