package im.restante.internal.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrivalIdsTest {
    private static final long NOW = Instant.parse("2026-11-22T20:00:00Z").toEpochMilli();
    private static final long SINCE_2020 =
            NOW - Instant.parse("2020-01-01T00:00:00Z").toEpochMilli();

    private final AtomicLong end = new AtomicLong(Long.MAX_VALUE);
    private final ArrivalIds ids = new ArrivalIds(0, end);

    @Test
    void anIdTellsTheMomentOfItsArrival() {
        long moment = 1_800_000_000_123L;
        assertEquals(moment, ArrivalIds.millis(ArrivalIds.of(moment)));
        assertEquals(moment, ArrivalIds.millis(ArrivalIds.of(moment) + 4_000_000));
    }

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
        end.set(ArrivalIds.of(now + 60_000));
        long second = ids.next(now + 3_600_000);
        assertTrue(second > first && second < ArrivalIds.of(now + 60_000));
        end.set(ArrivalIds.of(now + 3_660_000));
        assertEquals(ArrivalIds.of(now + 3_600_000), ids.next(now + 3_600_000));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 255})
    void everyNodeGivesIdsOfItsOwnThatGrowWhateverOthersGave(int node) {
        ArrivalIds its = new ArrivalIds(node, end);
        Random random = new Random(node);
        long last = 0;
        for (int i = 0; i < 100_000; i++) {
            if (random.nextInt(100) == 0) { // somebody else's, as of a partition that was taken over
                long floor = ((SINCE_2020 + random.nextInt(1_000)) << 22)
                        + ((long) random.nextInt(256) << 14)
                        + (random.nextBoolean() ? 16_383 : random.nextInt(16_384));
                its.above(floor);
                last = Math.max(last, floor);
            }
            long id = its.next(NOW + random.nextInt(1_000) - 500);
            assertTrue(id > last, () -> "node " + node);
            assertEquals(node, id >> 14 & 255);
            assertTrue(id - last <= 1 << 22 || id >> 22 <= SINCE_2020 + 500, "no millisecond is left out without need");
            last = id;
        }
    }

    @Test
    void aNodeIsOneOf256() {
        assertThrows(IllegalArgumentException.class, () -> new ArrivalIds(256, end));
        assertThrows(IllegalArgumentException.class, () -> new ArrivalIds(-1, end));
    }
}
