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
    /** Rounds at once: a server that is killed and started again waits more than it works. */
    private static final int TOGETHER = 4;
    /** Seconds that are promised may be eight on a machine that does other things too, or stands still for some. */
    private static final Terms TERMS = Terms.of(false).with(new Patience(8));
    /** Half of the rounds have one second for a verdict. */
    private static final boolean SHORT_TIMEOUTS = true;

    @Test
    void whateverIsDoneToTheServerNothingItAcknowledgedIsLost() {
        keepsAllPromises(new Plan(0, SEED, TERMS, SHORT_TIMEOUTS, TOGETHER, Fault.usual(TERMS)));
    }

    @Test
    void norIsAnythingLostWhenItsDatabaseServerIsKilledWithItOrAlone() {
        keepsAllPromises(new Plan(
                0,
                SEED,
                TERMS.on(Place.MARIADB),
                SHORT_TIMEOUTS,
                TOGETHER,
                EnumSet.of(Fault.STORE_KILL, Fault.DRAIN_KILL, Fault.STORE_DATABASE_KILL, Fault.DRAIN_DATABASE_KILL)));
    }

    private static void keepsAllPromises(Plan plan) {
        List<Outcome> outcomes = new FaultRunner(plan).run();
        System.out.print(Report.table(outcomes));
        assertAll(outcomes.stream()
                .map(outcome -> () -> assertEquals(
                        List.of(), outcome.broken(), () -> outcome.fault().word())));
        assertTrue(outcomes.stream().allMatch(outcome -> outcome.count().taken() > 0), "every fault met messages");
    }
}
