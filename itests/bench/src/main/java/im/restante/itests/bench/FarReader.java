package im.restante.itests.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.harness.Jdk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A client that reads a backlog as fast as it can, as if it were on another machine: a process of the lowest priority, so that what
 * it needs for itself is taken from nobody who is measured. {@link #main} is that process.
 */
final class FarReader implements AutoCloseable {
    private static final String READY = "ready";

    private final Process process;
    private final BufferedReader said;

    private FarReader(Process process) {
        this.process = process;
        this.said = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    /** Logs in and waits: {@link #read} begins. */
    static FarReader login(int port, String user, int backlog) throws IOException, URISyntaxException {
        Path jar = Path.of(FarReader.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<String> command = List.of(
                "nice",
                "-n",
                "19",
                Jdk.current().java().toString(),
                "-XX:+UseSerialGC",
                "-cp",
                jar.toString(),
                FarReader.class.getName(),
                Integer.toString(port),
                user,
                Integer.toString(backlog));
        FarReader reader = new FarReader(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        reader.line(READY);
        return reader;
    }

    /** Has everything sent, and gives the time that took. */
    Duration read() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        return Duration.ofMillis(Long.parseLong(line("").trim()));
    }

    /** Leaves in order; gives whether each message came once and in order. */
    boolean end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        return process.waitFor() == 0;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private String line(String begin) throws IOException {
        String line = said.readLine();
        if (line == null || !line.startsWith(begin)) {
            throw new IOException("the reader said: " + line);
        }
        return line;
    }

    /** @param args port, user, messages that wait */
    public static void main(String[] args) throws Exception {
        Tally tally = new Tally(Integer.parseInt(args[2]));
        Peer peer = Peer.login(Integer.parseInt(args[0]), args[1], "bench", tally);
        System.out.println(READY);
        if (System.in.read() < 0) {
            return;
        }
        long begun = System.nanoTime();
        peer.presence();
        tally.await();
        System.out.println(Duration.ofNanos(System.nanoTime() - begun).toMillis());
        while (System.in.read() >= 0) {
            // until it is told to end
        }
        peer.ping();
        peer.close();
        Tally.Sum sum = new Tally.Sum();
        tally.addTo(sum);
        if (!sum.clean()) {
            System.err.printf(Locale.ROOT, "WRONG far reader: %s%n", sum);
        }
        System.exit(sum.clean() ? 0 : 1);
    }
}
