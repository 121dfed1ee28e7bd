package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
    private static final Instant START = Instant.parse("2026-11-29T12:00:00Z");
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private Instant shown = START;
    private long nanos = Long.MAX_VALUE - 5; // it wraps
    private final SteadyClock clock = new SteadyClock(
            new Clock() {
                @Override
                public Instant instant() {
                    return shown;
                }

                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }
            },
            () -> nanos);

    private void pass(Duration time) {
        shown = shown.plus(time);
        nanos += time.toNanos();
    }

    @Test
    void isTheSystemsClockWhileThatKeepsTime() {
        for (int day = 0; day < 400; day++) {
            pass(Duration.ofDays(1));
            shown = shown.plusSeconds(30); // it drifts
            assertEquals(shown, clock.instant());
        }
    }

    @Test
    void aJumpForSecondsEndsNothing() {
        pass(SECOND);
        clock.instant();
        shown = shown.plus(MONTH);
        pass(SECOND);
        assertEquals(START.plusSeconds(2), clock.instant());
        pass(SECOND);
        assertEquals(START.plusSeconds(3), clock.instant(), "time goes on from before");
        shown = shown.minus(MONTH);
        assertEquals(shown, clock.instant());
    }

    @Test
    void aJumpThatStandsForADayIsBelieved() {
        shown = shown.plus(MONTH);
        clock.instant();
        pass(SteadyClock.PROBATION.minus(SECOND));
        assertEquals(shown.minus(MONTH), clock.instant());
        pass(SECOND);
        assertEquals(shown, clock.instant());
        pass(SECOND);
        assertEquals(shown, clock.instant());
    }

    @Test
    void anotherJumpBeginsTheDayAnew() {
        shown = shown.plus(MONTH);
        clock.instant();
        pass(Duration.ofHours(23));
        shown = shown.plus(MONTH);
        clock.instant();
        pass(Duration.ofHours(23));
        assertEquals(shown.minus(MONTH).minus(MONTH), clock.instant());
    }

    @Test
    void manySmallJumpsAreOneLargeOne() {
        for (int i = 0; i < 100; i++) {
            shown = shown.plus(Duration.ofMinutes(50));
            pass(SECOND);
            Instant believed = clock.instant();
            assertTrue(!believed.isAfter(START.plusSeconds(i + 1).plus(SteadyClock.TOLERANCE)), believed::toString);
        }
    }

    @Test
    void aJumpBackIsBelievedAtOnceAndOneAheadAfterItIsNot() {
        shown = shown.minus(MONTH);
        assertEquals(shown, clock.instant());
        shown = shown.plus(MONTH);
        assertEquals(START.minus(MONTH), clock.instant());
    }
}
