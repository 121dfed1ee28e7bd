package im.restante.itests.faults;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The short form: a few rounds of each fault, with a fixed seed. */
class FaultsIT {
    /** Of what is random; the moment of a kill also depends on how fast the machine is. */
    private static final long SEED = 160;

    @Test
    void whateverIsDoneToTheServerNothingItAcknowledgedIsLost() {
        Terms terms = new Terms(false, true, false);
        keepsAllPromises(new FaultRunner.Plan(0, SEED, terms, Fault.on(terms)));
    }

    @Test
    void norIsAnythingLostWhenItsDatabaseServerIsKilledWithItOrAlone() {
        Terms terms = new Terms(false, true, true);
        keepsAllPromises(new FaultRunner.Plan(
                0,
                SEED,
                terms,
                EnumSet.of(Fault.STORE_KILL, Fault.DRAIN_KILL, Fault.STORE_DATABASE_KILL, Fault.DRAIN_DATABASE_KILL)));
    }

    private static void keepsAllPromises(FaultRunner.Plan plan) {
        List<FaultRunner.Outcome> outcomes = new FaultRunner(plan).run();
        System.out.print(FaultRunner.table(outcomes));
        assertAll(outcomes.stream()
                .map(outcome -> () -> assertEquals(
                        List.of(), outcome.broken(), () -> outcome.fault().word())));
        assertTrue(outcomes.stream().allMatch(outcome -> outcome.count().taken() > 0), "every fault met messages");
    }
}
