package im.restante.internal.delivery;

import im.restante.store.StoreException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What went wrong behind a stage. */
final class Failures {
    private Failures() {}

    /** The failure itself, without the wrappers that stages put around it. */
    static Throwable unwrap(Throwable problem) {
        Throwable inner = problem;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    /** What a caller of this bundle is promised. */
    static StoreException asStoreException(Throwable problem) {
        Throwable inner = unwrap(problem);
        return inner instanceof StoreException known
                ? known
                : new StoreException(
                        "the message store failed: " + inner.getClass().getName(), inner);
    }
}
