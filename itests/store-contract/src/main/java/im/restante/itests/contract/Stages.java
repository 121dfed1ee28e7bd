package im.restante.itests.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import im.restante.store.StoreException;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Waiting for stages, with a deadline. */
public final class Stages {
    private static final long SECONDS = 120;

    private Stages() {}

    /** The value; a failure of the stage is thrown on. */
    public static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("the stage failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("the stage did not complete within " + SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Asks again and again, as clients would, until it works. */
    public static <T> T awaitRecovery(Supplier<CompletionStage<T>> question) throws Exception {
        Instant deadline = Instant.now().plusSeconds(SECONDS);
        while (true) {
            try {
                return question.get().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                if (Instant.now().isAfter(deadline)) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    /** The {@link StoreException} the stage fails with; anything else fails the test. */
    public static StoreException awaitFailure(CompletionStage<?> stage) {
        try {
            Object value = stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
            return fail("expected a StoreException, got " + value);
        } catch (ExecutionException e) {
            return assertInstanceOf(StoreException.class, e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("the stage did not complete within " + SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The stage fails since another epoch is in force, and certainly nothing was changed. */
    public static void assertFenced(CompletionStage<?> stage) {
        StoreException failure = awaitFailure(stage);
        assertTrue(failure.isFenced(), failure.getMessage());
        assertEquals(StoreException.Outcome.NOTHING_CHANGED, failure.outcome());
    }
}
