package im.restante.itests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Terms FILE = new Terms(true, true, false);

    @Test
    void roundsAreSharedOutAmongTheFaultsAndNoneIsLeftOut() {
        Collection<Integer> shares =
                new FaultRunner.Plan(500, 1, FILE, Fault.on(FILE)).shares().values();
        assertEquals(500, shares.stream().mapToInt(Integer::intValue).sum());
        assertTrue(new FaultRunner.Plan(1, 1, FILE, Fault.on(FILE))
                .shares().values().stream().allMatch(share -> share == 1));
    }

    @Test
    void oneFaultGetsThemAll() {
        assertEquals(Map.of(Fault.DRAIN_KILL, 7), new FaultRunner.Plan(7, 1, FILE, Set.of(Fault.DRAIN_KILL)).shares());
    }

    @Test
    void aWordNamesAFaultOrAllThatBeginWithIt() {
        assertEquals(Set.of(Fault.DRAIN_KILL), Fault.of("drain-kill"));
        assertEquals(
                Set.of(Fault.DRAIN_CUT_PING, Fault.DRAIN_CUT_MANAGED, Fault.DRAIN_CUT_RESUMED, Fault.DRAIN_CUT_REFUSED),
                Fault.of("drain-cut"));
    }
}
