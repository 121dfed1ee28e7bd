package im.restante.internal.accounts;

import im.restante.account.UserRepository;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A way to the user repository that is in use at this moment. */
@FunctionalInterface
interface RepositoryAccess {
    /** Asks the repository; exceptionally with {@link im.restante.store.StoreException}, also when there is none. */
    <T> CompletableFuture<T> ask(Function<UserRepository, CompletionStage<T>> question);
}
