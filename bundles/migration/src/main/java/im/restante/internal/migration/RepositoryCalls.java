package im.restante.internal.migration;

import im.restante.internal.support.Failures;
import im.restante.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Questions to a user repository, which may be a third party's: each ends with a value or a {@link StoreException}. */
final class RepositoryCalls {
    /** Seconds until a repository that does not answer counts as broken. */
    private static final long DEADLINE_SECONDS = 30;

    private RepositoryCalls() {}

    static <T> CompletableFuture<T> guarded(Supplier<CompletionStage<T>> call) {
        return Failures.stage(call)
                .copy()
                .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .handle((value, problem) -> {
                    if (problem != null) {
                        throw new CompletionException(asStoreException(Failures.unwrap(problem)));
                    }
                    if (value == null) {
                        throw new CompletionException(new StoreException("the user repository answered nothing"));
                    }
                    return value;
                });
    }

    private static StoreException asStoreException(Throwable problem) {
        if (problem instanceof StoreException known) {
            return known;
        }
        return problem instanceof TimeoutException
                ? new StoreException("the user repository did not answer within " + DEADLINE_SECONDS + " s", problem)
                : new StoreException("the user repository failed: " + problem, problem);
    }
}
