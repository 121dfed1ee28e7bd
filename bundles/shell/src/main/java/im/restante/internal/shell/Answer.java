package im.restante.internal.shell;

import im.restante.admin.AdministrationException;
import im.restante.store.StoreException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What an operator waits for. */
final class Answer {
    private static final int SECONDS = 30;

    private Answer() {}

    /** The value, within 30 seconds. */
    static <T> T of(CompletionStage<T> stage) {
        return of(stage, SECONDS);
    }

    /** @throws IllegalStateException saying why there is no answer */
    static <T> T of(CompletionStage<T> stage, int seconds) {
        try {
            return stage.toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("no answer within " + seconds + " seconds; the log may say why", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    /** The service, or a sentence saying that it is not there. */
    static <T> T present(T serviceOrNull, String what) {
        if (serviceOrNull == null) {
            throw new IllegalStateException(what + " not available: is its bundle running?");
        }
        return serviceOrNull;
    }

    private static RuntimeException failure(Throwable problem) {
        Throwable inner = problem;
        while (inner instanceof CompletionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        if (inner instanceof StoreException || inner instanceof AdministrationException) {
            return new IllegalStateException(inner.getMessage(), inner);
        }
        return inner instanceof RuntimeException known ? known : new IllegalStateException(inner.toString(), inner);
    }
}
