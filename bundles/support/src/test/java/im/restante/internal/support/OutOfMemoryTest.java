package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class OutOfMemoryTest {
    /** A process of its own, whose heap a task fills. */
    static final class Greedy {
        public static void main(String[] args) throws InterruptedException {
            new ThreadWorkers("greedy").execute(() -> {
                List<long[]> held = new ArrayList<>();
                while (true) {
                    held.add(new long[100_000]);
                }
            });
            new CountDownLatch(1).await(); // as a server waits that does not know that it is half dead
        }
    }

    @Test
    void ofATaskEndsTheProcessWithOneLineAndItsCode() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Greedy.class.getName())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), err);
            assertEquals(OutOfMemory.EXIT_CODE, process.exitValue(), err);
            assertEquals(
                    1,
                    err.lines()
                            .filter(line -> line.startsWith("restante: out of memory"))
                            .count(),
                    err);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void whatIsAnythingElseEndsNothing() {
        OutOfMemory.endsProcess(null);
        OutOfMemory.endsProcess(new StackOverflowError());
        OutOfMemory.endsProcess(new CompletionException(new LinkageError()));
        OutOfMemory.endsProcess(new OutOfMemoryError("unable to create native thread: possibly out of memory"));
    }
}
