package im.restante.internal.accounts;

import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Threads;
import im.restante.store.StoreException;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Runs key derivations on a few platform threads, so that a storm of logins never occupies the threads that read streams. What is
 * to be derived is let in by turns of the addresses that ask; what does not fit is refused, and that login is to be tried again later.
 */
final class HashPool implements AutoCloseable {
    /** At 5 ms each, on two threads, the last of these waits 10 s: less than a client may take to log in. */
    private static final int WAITING = 4_096;

    private static final int WAITING_OF_ONE = 1_024;

    /** While some ask the repository, others derive. */
    private static final int ASKING = 2;

    private static final long IDLE_SECONDS = 30;

    private final Turns turns;
    private final ThreadPoolExecutor executor;

    HashPool(int threads) {
        turns = new Turns(threads + ASKING, WAITING_OF_ONE, WAITING);
        executor = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), // no longer than what may be under way
                Threads.daemons("restante-accounts"));
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Work that will derive keys, from its first question on.
     *
     * @param client whose turn it is; null: nobody's in particular
     * @param work   must not block; derives by {@link #derive}
     * @return exceptionally with {@link StoreException} if too much waits, or the pool is closed
     */
    <T> CompletableFuture<T> inTurn(InetAddress client, Supplier<CompletionStage<T>> work) {
        return turns.take(client, work);
    }

    /** Completes on a thread of the pool; exceptionally with {@link StoreException} if it is closed. Called by work in its turn. */
    <T> CompletableFuture<T> derive(Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            executor.execute(new Task<>(work, result));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(stopped());
        }
        return result;
    }

    /** Refuses what has not begun. */
    @Override
    public void close() {
        turns.close();
        for (Runnable waiting : executor.shutdownNow()) {
            if (waiting instanceof Task<?> task) {
                task.result.completeExceptionally(stopped());
            }
        }
    }

    private static StoreException stopped() {
        return new StoreException("no keys are derived any more, the server stops");
    }

    private record Task<T>(Supplier<T> work, CompletableFuture<T> result) implements Runnable {
        @Override
        public void run() {
            try {
                result.complete(work.get());
            } catch (RuntimeException | Error e) {
                OutOfMemory.endsProcess(e);
                result.completeExceptionally(e);
            }
        }
    }
}
