package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    private final List<Throwable> reported = new ArrayList<>();

    @Test
    void anAnswerIsPassedOnAndNothingReported() {
        assertEquals("yes", Failures.orElse(() -> "yes", "no", reported::add));
        assertEquals(List.of(), reported);
    }

    @Test
    void whateverIsThrownIsReportedAndTheOtherAnswerTaken() {
        for (Throwable problem : List.of(
                new IllegalStateException("made up"), new NoSuchMethodError("gone"), new StackOverflowError())) {
            reported.clear();
            assertEquals("no", Failures.orElse(() -> FailuresTest.<String, Error>sneaky(problem), "no", reported::add));
            assertSame(problem, reported.get(0));
        }
    }

    @Test
    void aNullIsReportedAsNull() {
        assertEquals("no", Failures.orElse(() -> null, "no", reported::add));
        assertEquals(1, reported.size());
        assertNull(reported.get(0));
    }

    @Test
    void aStageIsPassedOnAsItIs() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        assertSame(answer, Failures.stage(() -> answer));
    }

    @Test
    void aStageThatIsThrownOrNullHasFailed() {
        Error problem = new AssertionError("made up");
        CompletableFuture<String> thrown =
                Failures.stage(() -> FailuresTest.<CompletableFuture<String>, Error>sneaky(problem));
        assertSame(problem, assertThrows(ExecutionException.class, thrown::get).getCause());
        CompletableFuture<String> none = Failures.stage(() -> null);
        assertInstanceOf(
                NullPointerException.class,
                assertThrows(ExecutionException.class, none::get).getCause());
    }

    @Test
    void aFailureIsTakenOutOfItsWrappers() {
        Exception inner = new IllegalStateException();
        assertSame(inner, Failures.unwrap(new CompletionException(new ExecutionException(inner))));
    }

    @SuppressWarnings("unchecked")
    private static <T, X extends Throwable> T sneaky(Throwable problem) throws X {
        throw (X) problem;
    }
}
