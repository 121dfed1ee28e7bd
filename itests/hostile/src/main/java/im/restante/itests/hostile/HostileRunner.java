package im.restante.itests.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Attacks a standalone server that has 512 MiB of heap, while others use it, and says what they noticed and what the server had to
 * pay. Each attack has a server of its own. The exit code is 1 if a promise was broken.
 */
public final class HostileRunner {
    private static final String USAGE =
            "usage: java -jar hostile.jar [--seconds N] [--rest N] [--jvm OPTION]... [ATTACK ...]";

    /** From the end of an attack until its heap must be back, if {@code rest} is less: a busy server takes longer. */
    private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Duration quiet;
    private final Duration attack;
    private final Duration rest;
    private final List<String> jvmOptions;

    /**
     * @param quiet      how long the victims are watched before an attack; for half as long the server is in ordinary use before that
     * @param attack     how long it goes on
     * @param rest       from its end until the heap is looked at
     * @param jvmOptions of the server, beside its heap
     */
    HostileRunner(Duration quiet, Duration attack, Duration rest, List<String> jvmOptions) {
        this.quiet = quiet;
        this.attack = attack;
        this.rest = rest;
        this.jvmOptions = Stream.concat(Stream.of("-Xmx512m", "-XX:MaxHeapFreeRatio=100"), jvmOptions.stream())
                .toList();
    }

    public static void main(String[] args) throws Exception {
        int seconds = 20;
        int rest = 60;
        List<String> jvmOptions = new ArrayList<>();
        List<Attack> attacks = new ArrayList<>();
        try {
            for (int n = 0; n < args.length; n++) {
                switch (args[n]) {
                    case "--seconds" -> seconds = Integer.parseInt(args[++n]);
                    case "--rest" -> rest = Integer.parseInt(args[++n]);
                    case "--jvm" -> jvmOptions.add(args[++n]);
                    default -> attacks.add(Attacks.of(args[n]));
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            System.err.println(USAGE);
            System.err.println(e.getMessage());
            System.exit(2);
        }
        HostileRunner runner = new HostileRunner(
                Duration.ofSeconds(seconds), Duration.ofSeconds(seconds), Duration.ofSeconds(rest), jvmOptions);
        List<Outcome> outcomes = runner.run(attacks.isEmpty() ? Attacks.all() : attacks);
        System.out.printf("server on %s with 512 MiB of heap, attacks of %d s%n%n", Jdk.newest(), seconds);
        System.out.print(Report.table(outcomes));
        System.exit(outcomes.stream().allMatch(o -> o.allFindings().isEmpty()) ? 0 : 1);
    }

    /** One after another; a server has its rest while the next one is attacked. */
    List<Outcome> run(List<Attack> attacks) throws IOException, InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        Deque<Attacked> resting = new ArrayDeque<>();
        try {
            for (Attack one : attacks) {
                System.err.println(one.word());
                resting.add(attack(one));
                if (resting.size() > 1) {
                    outcomes.add(resting.remove().outcome());
                }
            }
            if (!resting.isEmpty()) {
                outcomes.add(resting.remove().outcome());
            }
            return outcomes;
        } finally {
            resting.forEach(left -> left.server.close());
        }
    }

    private Attacked attack(Attack one) throws IOException, InterruptedException {
        ServerProcess server = ServerProcess.prepare(Jdk.newest(), jvmOptions.toArray(String[]::new));
        Attacked attacked = null;
        try {
            server.configure("im.restante.c2s", "tls", "off").configure("im.restante.limits", "exempt", "none");
            for (Map.Entry<String, String> value : one.configuration().entrySet()) {
                String[] name = value.getKey().split("/");
                server.configure(name[0], name[1], value.getValue());
            }
            server.start();
            for (String account : Victim.ACCOUNTS) {
                server.user(account);
            }
            for (String account : Regulars.ACCOUNTS) {
                server.user(account);
            }
            for (String account : one.accounts()) {
                server.user(account);
            }
            attacked = new Attacked(one, server);
            return attacked;
        } finally {
            if (attacked == null) {
                server.close();
            }
        }
    }

    /** A server that was attacked and has its rest. */
    private final class Attacked {
        private final Attack attack;
        private final ServerProcess server;
        private final double heap;
        private final Victim.Noticed quietly;
        private final long[] counts;
        private final Victim.Noticed under;
        private final double resident;
        private final long end;

        private Attacked(Attack attack, ServerProcess server) throws IOException, InterruptedException {
            this.attack = attack;
            this.server = server;
            try (Victim victim = new Victim(server.port())) {
                try (Regulars regulars = new Regulars(server.port())) {
                    regulars.live(quiet.toNanos() / 2);
                }
                heap = server.liveHeapKib() / 1024.0;
                victim.noticed();
                TimeUnit.NANOSECONDS.sleep(quiet.toNanos());
                quietly = victim.noticed();
                counts = attackBy(attack, server.port());
                under = victim.noticed();
            }
            resident = server.isRunning() ? server.residentKib() / 1024.0 : Double.NaN;
            end = System.nanoTime();
        }

        /** Waits for the end of its rest, looks at it, and ends it. */
        private Outcome outcome() throws IOException, InterruptedException {
            try (server) {
                TimeUnit.NANOSECONDS.sleep(end + rest.toNanos() - System.nanoTime());
                List<String> failures = new ArrayList<>();
                double after = Double.NaN;
                if (server.isRunning()) {
                    after = server.liveHeapKib() / 1024.0;
                    while (after > heap + Outcome.MOST_HEAP_LEFT && System.nanoTime() - end < LONGEST_REST_NANOS) {
                        TimeUnit.SECONDS.sleep(1);
                        after = server.liveHeapKib() / 1024.0;
                    }
                    server.stop();
                } else {
                    failures.add("the server ended");
                }
                if (logged(server, "OutOfMemoryError")) {
                    failures.add("an OutOfMemoryError");
                }
                return new Outcome(
                        attack.word(),
                        counts[0],
                        counts[1],
                        counts[2],
                        counts[3],
                        quietly,
                        under,
                        heap,
                        after,
                        resident,
                        failures);
            }
        }
    }

    /** Bytes sent and received, connections made and refused. */
    private long[] attackBy(Attack one, int port) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "nice", // what it computes must not be missing to the server, as it would not be on another
                        // machine
                        "-n",
                        "19",
                        Jdk.current().java().toString(),
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Attacker.class.getName(),
                        one.word(),
                        Integer.toString(port),
                        Long.toString(attack.toSeconds()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            String last = "";
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
            }
            process.waitFor();
            String[] words = last.split(" ");
            if (words.length != 4) {
                throw new IOException("the attacker ended early");
            }
            return Stream.of(words).mapToLong(Long::parseLong).toArray();
        } finally {
            process.destroyForcibly();
        }
    }

    private static boolean logged(ServerProcess server, String word) throws IOException {
        try (Stream<Path> files = Files.walk(server.home().resolve("log"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, UTF_8).contains(word)) {
                    return true;
                }
            }
        }
        return false;
    }
}
