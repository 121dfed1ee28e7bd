package im.restante.internal.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ArrivalIdsTest {
    private static final long NOW = Instant.parse("2026-11-22T20:00:00Z").toEpochMilli();
    private static final long SINCE_2020 =
            NOW - Instant.parse("2020-01-01T00:00:00Z").toEpochMilli();

    private final ArrivalIds ids = new ArrivalIds();

    @Test
    void anIdIsMillisecondsSince2020ThenNodeThenCounter() {
        assertEquals(SINCE_2020 << 22, ids.next(NOW));
        assertEquals((SINCE_2020 << 22) + 1, ids.next(NOW));
        assertEquals((SINCE_2020 + 1) << 22, ids.next(NOW + 1));
    }

    @Test
    void aFullCounterMovesOnToTheNextMillisecondAndLeavesTheNodeAlone() {
        for (int i = 0; i < 1 << 14; i++) {
            ids.next(NOW);
        }
        assertEquals((SINCE_2020 + 1) << 22, ids.next(NOW));
    }

    @Test
    void aClockThatGoesBackChangesNothing() {
        long first = ids.next(NOW);
        assertTrue(ids.next(NOW - 86_400_000) > first);
        assertTrue(ids.next(0) > first);
    }

    @Test
    void idsAreAboveTheFloorAlsoIfAnotherNodeGaveIt() {
        long floor = ((SINCE_2020 + 5) << 22) + (7L << 14) + 3;
        ids.above(floor);
        ids.above(1);
        assertEquals((SINCE_2020 + 6) << 22, ids.next(NOW));
    }

    @Test
    void idsArePositiveBefore2020() {
        assertTrue(ids.next(0) > 0);
    }

    @Test
    void noIdIsGivenThatIsNotKeptForThisServerHoweverFarAheadTheClockIs() {
        long now = 1_800_000_000_000L;
        long first = ids.next(now);
        ids.keptUpTo(ArrivalIds.of(now + 60_000));
        long second = ids.next(now + 3_600_000);
        assertTrue(second > first && second < ArrivalIds.of(now + 60_000));
        ids.keptUpTo(ArrivalIds.of(now + 3_660_000));
        assertEquals(ArrivalIds.of(now + 3_600_000), ids.next(now + 3_600_000));
    }
}
