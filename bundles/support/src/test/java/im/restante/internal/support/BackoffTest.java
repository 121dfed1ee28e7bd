package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    private long now = Long.MAX_VALUE - 10; // a clock that wraps round
    private double random = 0.5; // no jitter

    @ParameterizedTest(name = "after {0} failures with random={1}: {2} ms")
    @CsvSource({
        "1, 0.5, 500",
        "2, 0.5, 1000",
        "3, 0.5, 2000",
        "6, 0.5, 16000",
        "7, 0.5, 30000",
        "2000000000, 0.5, 30000",
        "1, 0, 375",
        "1, 0.999999999, 625",
        "7, 0, 22500"
    })
    void pausesDoubleUpToTheBoundAndDifferALittle(int failures, double drawn, long millis) {
        assertEquals(
                millis, Math.round(RetryPolicy.PATIENT.pause(failures, drawn).toNanos() / 1e6));
    }

    @Test
    void aPromptOneNeverWaitsLongerThanTwoSeconds() {
        for (int failures = 1; failures < 100; failures++) {
            assertTrue(RetryPolicy.PROMPT.pause(failures, 0.999999).compareTo(Duration.ofSeconds(2)) <= 0);
        }
    }

    @Test
    void theNextTryIsDueAfterThePauseAndAtOnceAfterASuccess() {
        Backoff backoff = new Backoff(RetryPolicy.PATIENT, () -> now, () -> random);
        assertTrue(backoff.isDue());
        backoff.failed();
        assertFalse(backoff.isDue());
        now += Duration.ofMillis(499).toNanos();
        assertFalse(backoff.isDue());
        now += Duration.ofMillis(1).toNanos();
        assertTrue(backoff.isDue());
        backoff.failed();
        now += Duration.ofMillis(999).toNanos();
        assertFalse(backoff.isDue());
        backoff.succeeded();
        assertTrue(backoff.isDue());
        backoff.failed();
        assertEquals(1, backoff.failures());
        now += Duration.ofMillis(500).toNanos();
        assertTrue(backoff.isDue());
    }

    @Test
    void refusesWhatWouldNotWait() {
        assertThrows(IllegalArgumentException.class, () -> new RetryPolicy(Duration.ZERO, Duration.ofSeconds(1), 0.25));
        assertThrows(
                IllegalArgumentException.class, () -> new RetryPolicy(Duration.ofSeconds(1), Duration.ofSeconds(1), 1));
    }
}
