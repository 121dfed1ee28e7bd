package im.restante.internal.migration;

import im.restante.internal.support.Failures;
import im.restante.store.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** For a thread that has nothing else to do than to wait for a stage. */
final class Waiting {
    private static final int SECONDS = 60;

    private Waiting() {}

    /**
     * The value, within a minute.
     *
     * @param who to be named if there is none
     */
    static <T> T on(String who, CompletionStage<T> stage) throws StoreException {
        try {
            return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new StoreException(who + " did not answer within " + SECONDS + " seconds", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted", e);
        } catch (ExecutionException e) {
            throw asStoreException(Failures.unwrap(e));
        }
    }

    private static StoreException asStoreException(Throwable problem) {
        return problem instanceof StoreException known
                ? known
                : new StoreException(
                        "the message store failed: " + problem.getClass().getName(), problem);
    }

    /** Until it is done, however it ends, or {@code most} has passed. */
    static void quietly(CompletionStage<?> stage, Duration most) {
        try {
            stage.toCompletableFuture().get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return; // no matter which
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
