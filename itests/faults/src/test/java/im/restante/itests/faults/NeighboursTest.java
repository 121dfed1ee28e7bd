package im.restante.itests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Jdk;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NeighboursTest {
    @Test
    void theyWorkUntilTheyAreSentAway() throws Exception {
        Neighbours neighbours = Neighbours.start(1, 1);
        try (neighbours) {
            assertTrue(neighbours.isAtWork());
        }
        assertFalse(neighbours.isAtWork());
    }

    @Test
    void theyEndWhenTheRunnerDoes() throws Exception {
        Process process = new ProcessBuilder(
                        Jdk.current().java().toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Neighbours.class.getName(),
                        "1",
                        "1")
                .start();
        assertEquals('\n', process.getInputStream().read());
        process.getOutputStream().close(); // what happens to the pipe when the runner is killed
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
    }
}
