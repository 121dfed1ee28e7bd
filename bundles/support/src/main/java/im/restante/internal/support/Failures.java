package im.restante.internal.support;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What went wrong behind a stage. */
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
}
