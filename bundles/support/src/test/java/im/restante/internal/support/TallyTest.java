package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TallyTest {
    @Test
    void countsEachWordAndTellsKnownOnesFromTheBeginning() {
        Tally tally = new Tally("right", "wrong");
        tally.add("right");
        tally.add("right");
        tally.add("late");
        assertEquals(Map.of("right", 2L, "wrong", 0L, "late", 1L), tally.counts());
    }

    @Test
    void whatIsMoreThanItKeepsApartIsCountedTogether() {
        Tally tally = new Tally();
        for (int i = 0; i < 1_000; i++) {
            tally.add("word " + i);
        }
        Map<String, Long> counts = tally.counts();
        assertTrue(counts.size() <= Tally.MOST + 1, () -> counts.size() + " words");
        assertEquals(1L, counts.get("word 0"));
        assertEquals(1_000L, counts.values().stream().mapToLong(Long::longValue).sum());
        assertEquals(1_000L - Tally.MOST, counts.get(Tally.OTHER));
    }
}
