package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogLimitTest {
    private static final Duration QUIET = Duration.ofSeconds(10);

    private long now;

    @Test
    void oneLineInAWhileGoesThroughAndTheOthersAreCounted() {
        LogLimit lines = new LogLimit(QUIET, () -> now);
        assertTrue(lines.isDue());
        assertFalse(lines.isDue());
        now = QUIET.toNanos() - 1;
        assertFalse(lines.isDue());
        now++;
        assertTrue(lines.isDue());
        assertEquals(2, lines.unsaid());
        assertEquals(0, lines.unsaid());
    }

    @Test
    void aLineEndsWithHowManyWereLeftOut() {
        LogLimit lines = LogLimit.perMinute(() -> now);
        assertTrue(lines.isDue());
        assertEquals("", lines.more());
        assertFalse(lines.isDue());
        now += Duration.ofSeconds(60).toNanos();
        assertTrue(lines.isDue());
        assertEquals(" (1 more like this since the last line)", lines.more());
    }

    @Test
    void theClockMayWrapRound() {
        now = Long.MAX_VALUE - 1;
        LogLimit lines = new LogLimit(QUIET, () -> now);
        assertTrue(lines.isDue());
        now += QUIET.toNanos();
        assertTrue(lines.isDue());
    }
}
