package im.restante.internal.delivery;

import im.restante.internal.support.Failures;
import im.restante.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** A question to the stores, anything but an append with a verdict. Its stage completes on a worker, within the timeout. */
final class PendingRequest<T> extends Timed {
    final CompletableFuture<T> answer = new CompletableFuture<>();
    private final Supplier<CompletionStage<T>> question;
    private final Supplier<T> inVain;
    private final Executor workers;

    /**
     * @param question answers null if no store is there to be asked
     * @param inVain   the answer when nobody came who could be asked; null: a {@link StoreException}
     */
    PendingRequest(
            Supplier<CompletionStage<T>> question,
            Supplier<T> inVain,
            Executor workers,
            long now,
            long timeoutNanos,
            long waitNanos) {
        super(now, timeoutNanos, waitNanos);
        this.question = question;
        this.inVain = inVain;
        this.workers = workers;
    }

    /** False if nobody can be asked yet. */
    boolean start() {
        CompletionStage<T> stage;
        try {
            stage = question.get();
        } catch (RuntimeException | LinkageError e) {
            stage = CompletableFuture.failedFuture(e);
        }
        if (stage == null) {
            return false;
        }
        if (take()) {
            stage.whenComplete((value, problem) -> workers.execute(() -> settle(value, problem)));
        }
        return true;
    }

    private void settle(T value, Throwable problem) {
        if (problem == null) {
            answer.complete(value);
        } else {
            answer.completeExceptionally(asStoreException(problem));
        }
    }

    @Override
    void gaveUpWaiting() {
        workers.execute(() -> {
            if (inVain != null) {
                answer.complete(inVain.get());
            } else {
                answer.completeExceptionally(new StoreException("no message store is present"));
            }
        });
    }

    @Override
    void timedOut() {
        workers.execute(
                () -> answer.completeExceptionally(new StoreException("the message store did not answer in time")));
    }

    /** What a caller of this bundle is promised. */
    static StoreException asStoreException(Throwable problem) {
        Throwable inner = Failures.unwrap(problem);
        String what = "the message store failed: " + inner.getClass().getName();
        return inner instanceof StoreException known ? known : new StoreException(what, inner);
    }
}
