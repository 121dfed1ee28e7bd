package im.restante.internal.iq;

import im.restante.jid.Jid;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Runs the work of one account in the order it came, each when the one before is done (RFC 6120 §10.1): so the last of two writes
 * that a client sends in a row is the one that stays, and a read behind them sees it. Accounts do not wait for each other.
 */
final class InTurn {
    private final ConcurrentMap<Jid, CompletableFuture<Void>> last = new ConcurrentHashMap<>();
    private final Executor workers;

    /** @param workers start what had to wait */
    InTurn(Executor workers) {
        this.workers = workers;
    }

    <T> CompletionStage<T> run(Jid account, Supplier<CompletionStage<T>> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        CompletableFuture<Void> done = result.handle((value, failure) -> null);
        CompletableFuture<Void> before = last.put(account, done);
        done.whenComplete((nothing, never) -> last.remove(account, done));
        if (before == null || before.isDone()) {
            start(work, result);
        } else {
            before.whenCompleteAsync(
                    (nothing, never) -> start(work, result), // not nested: a long row would need a deep stack
                    workers);
        }
        return result;
    }

    private static <T> void start(Supplier<CompletionStage<T>> work, CompletableFuture<T> result) {
        try {
            work.get().whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }
}
