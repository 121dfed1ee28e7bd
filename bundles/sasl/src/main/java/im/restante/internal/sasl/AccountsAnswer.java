package im.restante.internal.sasl;

import im.restante.sasl.SaslFailure;
import im.restante.sasl.SaslFailure.Condition;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** What clients are told when the accounts cannot be asked. */
final class AccountsAnswer {
    private static final long SECONDS = 15;

    private AccountsAnswer() {}

    /** Completes as the answer does, or exceptionally with {@link Condition#TEMPORARY_AUTH_FAILURE} if it fails or takes too long. */
    static <T> CompletionStage<T> within(CompletionStage<T> answer) {
        CompletableFuture<T> inTime =
                new CompletableFuture<>(); // of its own: the accounts may give the same one to others
        answer.whenComplete((value, problem) -> {
            if (problem == null) {
                inTime.complete(value);
            } else {
                inTime.completeExceptionally(problem);
            }
        });
        return inTime.orTimeout(SECONDS, TimeUnit.SECONDS).exceptionally(problem -> {
            throw new CompletionException(new SaslFailure(
                    Condition.TEMPORARY_AUTH_FAILURE, "the accounts do not answer: " + problem.getMessage()));
        });
    }
}
