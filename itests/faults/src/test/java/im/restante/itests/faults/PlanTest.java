package im.restante.itests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Terms FILE = Terms.of(true);

    @Test
    void roundsAreSharedOutAmongTheFaultsAndNoneIsLeftOut() {
        Collection<Integer> shares =
                new Plan(500, 1, FILE, true, 1, Fault.usual(FILE)).shares().values();
        assertEquals(500, shares.stream().mapToInt(Integer::intValue).sum());
        assertTrue(new Plan(1, 1, FILE, true, 1, Fault.usual(FILE))
                .shares().values().stream().allMatch(share -> share == 1));
    }

    @Test
    void oneFaultGetsThemAll() {
        assertEquals(Map.of(Fault.DRAIN_KILL, 7), new Plan(7, 1, FILE, true, 1, Set.of(Fault.DRAIN_KILL)).shares());
    }

    @Test
    void aWordNamesAFaultOrAllThatBeginWithIt() {
        assertEquals(Set.of(Fault.DRAIN_KILL), Fault.of("drain-kill"));
        assertEquals(
                Set.of(Fault.DRAIN_CUT_PING, Fault.DRAIN_CUT_MANAGED, Fault.DRAIN_CUT_RESUMED, Fault.DRAIN_CUT_REFUSED),
                Fault.of("drain-cut"));
    }

    @Test
    void everyOtherRoundHasTheShortTimeoutAndTheSeedSaysWhichBegins() {
        for (long seed : new long[] {-3, 0, 1, 2611}) {
            Plan plan = new Plan(10, seed, FILE, true, 1, Set.of(Fault.DRAIN_KILL));
            long half = IntStream.range(0, 10)
                    .filter(round -> plan.terms(round).storeTimeout().toSeconds() == 1)
                    .count();
            assertEquals(5, half);
            assertEquals(seed % 2 != 0, plan.terms(0).storeTimeout().toSeconds() == 1, "the first with seed " + seed);
        }
        assertEquals(FILE, new Plan(10, 1, FILE, false, 1, Set.of(Fault.DRAIN_KILL)).terms(0));
    }

    @Test
    void longStallsAreDoneIfTheyAreNamedAndShortOnesOnAFileAlways() {
        assertFalse(Fault.usual(FILE).contains(Fault.STALL_LOCKED));
        assertTrue(Fault.usual(Terms.of(false)).containsAll(Set.of(Fault.STALL_LOCKED, Fault.STALL_FULL)));
        assertFalse(Fault.usual(Terms.of(false).on(Place.MARIADB)).contains(Fault.STALL_LOCKED));
        assertTrue(Fault.on(FILE.on(Place.MARIADB)).containsAll(Set.of(Fault.STALL_GONE, Fault.STALL_LOCKED)));
        assertFalse(Fault.on(FILE).contains(Fault.STALL_GONE));
    }
}
