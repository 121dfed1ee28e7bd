package im.restante.internal.support;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What went wrong behind a stage, or in the code of a third party. */
public final class Failures {
    private Failures() {}

    /** The failure itself, without the wrappers that stages put around it. */
    public static Throwable unwrap(Throwable problem) {
        Throwable inner = problem;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    /**
     * The answer of somebody who may be a third party. Throws nothing.
     *
     * @param question  asked at once, on this thread
     * @param otherwise the answer if there is none
     * @param report    told why there is none: what was thrown; null if the answer was null
     */
    public static <T> T orElse(Supplier<? extends T> question, T otherwise, Consumer<? super Throwable> report) {
        Throwable problem = null;
        try {
            T answer = question.get();
            if (answer != null) {
                return answer;
            }
        } catch (Throwable e) { // a LinkageError when bundles are exchanged
            OutOfMemory.endsProcess(e);
            problem = e;
        }
        report.accept(problem);
        return otherwise;
    }

    /** The stage that somebody answers who may be a third party. Throws nothing: what is thrown, or a null, is a stage that failed. */
    public static <T> CompletableFuture<T> stage(Supplier<? extends CompletionStage<T>> question) {
        try {
            CompletionStage<T> answer = question.get();
            return answer == null
                    ? CompletableFuture.failedFuture(new NullPointerException("the answer was null"))
                    : answer.toCompletableFuture();
        } catch (Throwable e) { // a LinkageError when bundles are exchanged
            OutOfMemory.endsProcess(e);
            return CompletableFuture.failedFuture(e);
        }
    }
}
