package im.restante.itests.bench;

import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How long a server takes from {@code java -jar} in a clean home to its ready line, and what it holds in memory at rest. */
final class Starts {
    /** After the ready line: the collection behind it and the certificate are done then. */
    private static final Duration REST = Duration.ofSeconds(5);

    private Starts() {}

    /** As delivered, but for a free port. */
    static void print(Jdk jdk, int rounds) throws Exception {
        double[] seconds = new double[rounds];
        double[] processor = new double[rounds];
        double[] resident = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            try (ServerProcess server = ServerProcess.prepare(jdk)) {
                long start = System.nanoTime();
                server.start();
                seconds[round] = (System.nanoTime() - start) / 1e9;
                processor[round] = server.processorTime().toMillis() / 1e3;
                TimeUnit.NANOSECONDS.sleep(REST.toNanos());
                resident[round] = server.residentKib() / 1024.0;
            }
        }
        print("start: clean home to ready", seconds, "%.2f", "s");
        print("start: processor time until ready", processor, "%.2f", "s");
        print("rest: resident " + REST.toSeconds() + " s later", resident, "%.0f", "MiB");
    }

    private static void print(String title, double[] figures, String format, String unit) {
        Arrays.sort(figures);
        System.out.printf(
                Locale.ROOT,
                "%-62s " + format + " %s [" + format + " .. " + format + "]%n",
                title,
                figures[figures.length / 2],
                unit,
                figures[0],
                figures[figures.length - 1]);
    }
}
