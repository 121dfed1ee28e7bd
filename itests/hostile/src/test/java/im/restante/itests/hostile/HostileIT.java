package im.restante.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The short form: what does not depend on how busy the machine is. */
class HostileIT {
    private static final HostileRunner RUNNER =
            new HostileRunner(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(1), List.of());

    static Stream<Attack> attacks() {
        return Attacks.all().stream();
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void anAttackHarmsNobodyElse(Attack attack) throws Exception {
        List<Outcome> outcomes = RUNNER.run(List.of(attack));
        System.out.print(Report.table(outcomes));
        assertEquals(List.of(), outcomes.get(0).findings());
    }
}
