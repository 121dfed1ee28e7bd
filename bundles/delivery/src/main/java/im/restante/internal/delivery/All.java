package im.restante.internal.delivery;

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
        List<CompletableFuture<T>> answers =
                stores.stream().map(store -> ask(store, question)).toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
    }

    private static <T> CompletableFuture<T> ask(
            Stores.Named store, Function<MessageStore, CompletionStage<T>> question) {
        return question.apply(store.store())
                .exceptionallyCompose(problem -> CompletableFuture.failedFuture(new StoreException(
                        "store " + store.id() + ": " + Failures.unwrap(problem).getMessage(), problem)))
                .toCompletableFuture();
    }
}
