package im.restante.internal.session.roster;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Does one thing after the other without holding a thread: a task begins when the stage of the one before is complete, on the
 * thread that completed it, or on the caller's if nothing is under way.
 */
final class Lane {
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Task<?>> waiting = new ArrayDeque<>();
    private boolean busy;

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
            } catch (RuntimeException e) {
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
        while (true) { // a loop, so that many tasks that complete at once do not pile up on the stack
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
    }
}
