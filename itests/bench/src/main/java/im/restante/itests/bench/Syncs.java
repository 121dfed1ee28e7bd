package im.restante.itests.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.harness.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the server's calls to the disk by {@code strace} while absent users are written to. Every sender waits for the answer to
 * the ping behind a message before it sends the next: the least favourable way, and the one in which nothing but senders at the
 * same time can share a sync.
 */
final class Syncs {
    private static final Pattern CALL = Pattern.compile(" *[\\d.]+ +[\\d.]+ +\\d+ +(\\d+) .*sync");

    private final LoadedServer server;
    private final long pid;

    /** @param pid of the process that syncs */
    Syncs(LoadedServer server, long pid) {
        this.server = server;
        this.pid = pid;
    }

    /** @return whether it were as few as demanded */
    boolean run() throws Exception {
        server.storeOneByOne(50, 20); // warm
        server.collectOneByOne(50, 20);
        return count(1, 1_000, 1.1) & count(50, 100, 0.06);
    }

    private boolean count(int senders, int each, double most) throws Exception {
        Path summary = Files.createTempFile("syncs", ".txt");
        Process strace = new ProcessBuilder(
                        "strace",
                        "-f",
                        "-c",
                        "-e",
                        "trace=fsync,fdatasync",
                        "-o",
                        summary.toString(),
                        "-p",
                        Long.toString(pid))
                .redirectError(ProcessBuilder.Redirect.PIPE)
                .start();
        try {
            awaitAttached(strace);
            server.storeOneByOne(senders, each);
            new ProcessBuilder("kill", "-INT", Long.toString(strace.pid()))
                    .start()
                    .waitFor();
            if (!strace.waitFor(30, TimeUnit.SECONDS)) {
                throw new IOException("strace does not end");
            }
            server.collectOneByOne(senders, each);
            long calls = Files.readAllLines(summary).stream()
                    .map(CALL::matcher)
                    .filter(Matcher::find)
                    .mapToLong(call -> Long.parseLong(call.group(1)))
                    .sum();
            double perMessage = calls / (double) (senders * each);
            System.out.printf(
                    Locale.ROOT,
                    "%-62s %.3f a message (%,d calls for %,d); at most %.2f%s%n",
                    "syncs: " + senders + " senders, one message at a time each",
                    perMessage,
                    calls,
                    senders * each,
                    most,
                    calls > 0 && perMessage <= most ? "" : "   TOO MANY");
            return calls > 0 && perMessage <= most;
        } finally {
            strace.destroy();
            Files.delete(summary);
        }
    }

    /** It says so on its standard error, once a thread. */
    private static void awaitAttached(Process strace) throws Exception {
        StringBuilder said = new StringBuilder();
        Await.until(() -> "strace attached; it said: " + said, Duration.ofSeconds(30), () -> {
            byte[] more = new byte[strace.getErrorStream().available()];
            said.append(new String(more, 0, Math.max(0, strace.getErrorStream().read(more)), UTF_8));
            return said.toString().contains("attached");
        });
    }
}
