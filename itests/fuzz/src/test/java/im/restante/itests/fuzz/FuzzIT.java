package im.restante.itests.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A minute of it, one target after another, always the same inputs; longer, and others, by the command in README.md. */
class FuzzIT {
    private static final int INPUTS = 40_000;
    /** An import is a file, several threads and a report. */
    private static final int IMPORTS = 5_000;

    private static final int SECONDS_AT_MOST = 120;
    private static final int SEED = 1;

    static Stream<Target> targets() {
        return Target.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void nothingThatComesInBreaksIt(Target target, @TempDir Path work) throws Exception {
        int inputs = target.name().equals("import") ? IMPORTS : INPUTS;
        FuzzRunner.Outcome outcome = new FuzzRunner(inputs, SECONDS_AT_MOST, SEED, work).run(target);
        System.out.println(outcome);
        assertEquals(List.of(), outcome.finding());
        assertTrue(outcome.inputs() > 0, "nothing came in");
    }
}
