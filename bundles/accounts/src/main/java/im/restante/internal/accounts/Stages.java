package im.restante.internal.accounts;

import im.restante.internal.support.Failures;
import im.restante.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Stages that end as the api promises: with a value or with a {@link StoreException}, never wrapped, never not at all. */
final class Stages {
    /** Seconds until a repository that does not answer counts as broken. */
    private static final long DEADLINE_SECONDS = 30;

    private Stages() {}

    /** Calls a repository, which may be a third party's: whatever it does wrong becomes a {@link StoreException}. */
    static <T> CompletableFuture<T> guarded(Supplier<CompletionStage<T>> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Failures.stage(call).whenComplete((value, failure) -> complete(result, value, failure));
        return result.isDone() ? result : plain(result.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS));
    }

    /**
     * A stage of its own with the same end. What a caller does with it ({@code cancel}, {@code orTimeout}) stays with that
     * caller, and a failure is not wrapped.
     */
    static <T> CompletableFuture<T> plain(CompletionStage<T> stage) {
        CompletableFuture<T> result = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> complete(result, value, failure));
        return result;
    }

    private static <T> void complete(CompletableFuture<T> result, T value, Throwable failure) {
        if (failure != null) {
            result.completeExceptionally(asStoreException(failure));
        } else if (value == null) {
            result.completeExceptionally(new StoreException("the user repository answered nothing"));
        } else {
            result.complete(value);
        }
    }

    private static StoreException asStoreException(Throwable failure) {
        Throwable cause = Failures.unwrap(failure);
        if (cause instanceof StoreException known) {
            return known;
        }
        if (cause instanceof TimeoutException) {
            return new StoreException("the user repository did not answer within " + DEADLINE_SECONDS + " s", cause);
        }
        return new StoreException("the user repository failed: " + cause, cause);
    }
}
