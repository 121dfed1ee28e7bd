package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code demo} beside loops that take all processors they can get: two of them, or as many as {@code demo.loops} says. Once, or as often
 * as {@code demo.times} says.
 */
class BusyDemoIT {
    private static final int TIMES = Integer.getInteger("demo.times", 1);
    private static final int LOOPS = Integer.getInteger("demo.loops", 2);

    @TempDir
    Path directory;

    private volatile boolean done;
    private final List<Thread> loops = new ArrayList<>();

    @BeforeEach
    void theMachineIsBusy() {
        for (int i = 0; i < LOOPS; i++) {
            Thread loop = new Thread(
                    () -> {
                        while (!done) {
                            Thread.onSpinWait();
                        }
                    },
                    "busy-" + i);
            loop.start();
            loops.add(loop);
        }
    }

    @AfterEach
    void theMachineIsFree() throws InterruptedException {
        done = true;
        for (Thread loop : loops) {
            loop.join();
        }
    }

    @Test
    void everyMessageArrivesEachTimeAndNothingStaysBehind() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("temporary"));
        List<String> failures = new ArrayList<>();
        Duration longest = Duration.ZERO;
        for (int i = 1; i <= TIMES; i++) {
            long begin = System.nanoTime();
            String problem = play(temporary);
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            longest = took.compareTo(longest) > 0 ? took : longest;
            if (problem != null) {
                failures.add("run " + i + ", after " + took.toMillis() + " ms: " + problem);
            }
        }
        System.out.println("demo: " + (TIMES - failures.size()) + " of " + TIMES + " beside " + LOOPS
                + " busy loops, the longest took " + longest.toMillis() + " ms");
        assertEquals(List.of(), failures);
    }

    /** What went wrong; null: nothing. */
    private String play(Path temporary) throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-jar",
                        System.getProperty("jar"),
                        "demo")
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            if (!demo.waitFor(5, TimeUnit.MINUTES)) {
                return "still running\n" + Files.readString(out, UTF_8);
            }
        } finally {
            demo.destroyForcibly().waitFor();
        }
        String printed = Files.readString(out, UTF_8);
        if (demo.exitValue() != 0 || !printed.contains("arrived, each once, in order")) {
            return "exit code " + demo.exitValue() + "\n" + printed;
        }
        try (Stream<Path> left = Files.list(temporary)) {
            List<Path> homes = left.filter(file -> file.getFileName().toString().startsWith("restante"))
                    .toList();
            return homes.isEmpty() ? null : "left behind: " + homes;
        }
    }
}
