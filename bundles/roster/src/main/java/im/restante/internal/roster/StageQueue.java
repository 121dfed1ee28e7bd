package im.restante.internal.roster;

import im.restante.internal.support.OutOfMemory;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Runs asynchronous tasks one after another without holding a thread. A task begins when the stage of the one before is complete. It
 * begins on the thread that completed that one, or on the caller's if nothing is under way; but either thread has other things to do
 * than one account's, so it begins {@value #TURNS} tasks at most, and workers go on.
 */
final class StageQueue {
    static final int TURNS = 16;

    private final Executor workers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Task<?>> waiting = new ArrayDeque<>();
    private boolean busy;

    StageQueue(Executor workers) {
        this.workers = workers;
    }

    private record Task<T>(Supplier<CompletionStage<T>> body, CompletableFuture<T> done) {
        void run() {
            try {
                body.get().whenComplete((value, failure) -> {
                    if (failure == null) {
                        done.complete(value);
                    } else {
                        done.completeExceptionally(failure);
                    }
                });
            } catch (Throwable e) { // else the tasks behind it would wait for ever
                OutOfMemory.endsProcess(e);
                done.completeExceptionally(e);
            }
        }
    }

    /** @return completes as the task's own stage does */
    <T> CompletionStage<T> run(Supplier<CompletionStage<T>> body) {
        Task<T> task = new Task<>(body, new CompletableFuture<>());
        lock.lock();
        try {
            waiting.add(task);
            if (busy) {
                return task.done;
            }
            busy = true;
        } finally {
            lock.unlock();
        }
        work();
        return task.done;
    }

    private void work() {
        for (int turns = 0;
                turns < TURNS;
                turns++) { // a loop, so that tasks that complete at once do not pile up on the stack
            Task<?> task;
            lock.lock();
            try {
                task = waiting.poll();
                busy = task != null;
            } finally {
                lock.unlock();
            }
            if (task == null) {
                return;
            }
            task.run();
            if (!task.done.isDone()) {
                task.done.whenComplete((value, failure) -> work());
                return;
            }
        }
        workers.execute(this::work);
    }
}
