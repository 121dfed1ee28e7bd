package im.restante.internal.delivery;

import im.restante.internal.support.Failures;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** One question to several stores. */
final class All {
    private All() {}

    /** All answers, in the order of the stores; exceptionally, naming the store, if one has none. */
    static <T> CompletionStage<List<T>> of(
            List<Stores.Named> stores, Function<MessageStore, CompletionStage<T>> question) {
        return ofNamed(stores, store -> question.apply(store.store()));
    }

    /** The same, if the question is not for the store alone. */
    static <T> CompletionStage<List<T>> ofNamed(
            List<Stores.Named> stores, Function<Stores.Named, CompletionStage<T>> question) {
        List<CompletableFuture<T>> answers =
                stores.stream().map(store -> ask(store, question)).toList();
        return done(answers)
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
    }

    /** When all of them are done; exceptionally if one is. */
    static CompletableFuture<Void> done(List<? extends CompletableFuture<?>> stages) {
        return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new));
    }

    private static <T> CompletableFuture<T> ask(
            Stores.Named store, Function<Stores.Named, CompletionStage<T>> question) {
        return question.apply(store)
                .exceptionallyCompose(problem -> CompletableFuture.failedFuture(new StoreException(
                        "store " + store.id() + ": " + Failures.unwrap(problem).getMessage(), problem)))
                .toCompletableFuture();
    }
}
