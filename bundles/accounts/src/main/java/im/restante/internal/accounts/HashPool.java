package im.restante.internal.accounts;

import im.restante.internal.support.Threads;
import im.restante.store.StoreException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Runs key derivations on as many platform threads as there are processors, so that a storm of logins never occupies the threads
 * that read streams. Bounded: what does not fit is refused, and that login is to be tried again later.
 */
final class HashPool implements AutoCloseable {
    /** At 5 ms each, on two processors, the last of these waits 10 s: less than a client may take to log in. */
    private static final int QUEUE = 4096;

    private static final long IDLE_SECONDS = 30;

    private final ThreadPoolExecutor executor;

    HashPool(int threads) {
        executor = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE),
                Threads.daemons("restante-accounts"));
        executor.allowCoreThreadTimeOut(true);
    }

    /** Completes on a thread of the pool; exceptionally with {@link StoreException} if the pool is full or closed. */
    <T> CompletableFuture<T> run(Supplier<T> work) {
        Task<T> task = new Task<>(work);
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            task.refuse();
        }
        return task.result;
    }

    /** Refuses what has not begun. */
    @Override
    public void close() {
        for (Runnable waiting : executor.shutdownNow()) {
            if (waiting instanceof Task<?> task) {
                task.refuse();
            }
        }
    }

    private static final class Task<T> implements Runnable {
        private final Supplier<T> work;
        private final CompletableFuture<T> result = new CompletableFuture<>();

        private Task(Supplier<T> work) {
            this.work = work;
        }

        @Override
        public void run() {
            try {
                result.complete(work.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        }

        private void refuse() {
            result.completeExceptionally(new StoreException(
                    "too many logins are waiting for their keys to be derived, or the server stops"));
        }
    }
}
