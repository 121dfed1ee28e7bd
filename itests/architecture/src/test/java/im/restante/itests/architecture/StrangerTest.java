package im.restante.itests.architecture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The program that walks the path of a newcomer: its own tests, and its plan against the documents. It starts no server. */
class StrangerTest {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

    @Test
    void knowsEveryCodeBlockOfTheDocumentsThatItWalks() throws IOException, InterruptedException {
        Process tests = started("python3", "-m", "unittest", "discover", "-s", "itests/stranger");
        String said = new String(tests.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, tests.waitFor(), said);
    }

    private static Process started(String... command) throws IOException, InterruptedException {
        assumeTrue(isThere(command[0]), () -> "needs " + command[0] + " 3.9 or later");
        return new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private static boolean isThere(String python) throws InterruptedException {
        try {
            return new ProcessBuilder(python, "-c", "import sys; sys.exit(sys.version_info < (3, 9))")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
