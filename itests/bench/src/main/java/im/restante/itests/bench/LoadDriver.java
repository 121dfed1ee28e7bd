package im.restante.itests.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Loads a standalone server, started as a process on this machine, and prints what it did. {@code java -jar bench.jar [SCENARIO
 * ...]}; without one all run. Each scenario runs once to warm up and then {@code --rounds} times (default 3); the median counts.
 * The exit code is 1 if a message was lost, doubled or out of order.
 */
public final class LoadDriver {
    private static final int USERS = 1_000;
    private static final int SENDERS = 10;
    private static final Set<String> SCENARIOS =
            Set.of("limits", "store", "backlog", "drain", "handover", "flood", "online", "idle");

    private final ServerProcess server;
    private final int rounds;
    private boolean clean = true;

    private LoadDriver(ServerProcess server, int rounds) {
        this.server = server;
        this.rounds = rounds;
    }

    public static void main(String[] args) throws Exception {
        List<String> wanted = new ArrayList<>(List.of(args));
        int rounds = 3;
        int option = wanted.indexOf("--rounds");
        if (option >= 0 && option + 1 < wanted.size()) {
            rounds = Integer.parseInt(wanted.remove(option + 1));
            wanted.remove(option);
        }
        if (!SCENARIOS.containsAll(wanted)) {
            System.err.println("usage: java -jar bench.jar [--rounds N] [" + String.join("|", SCENARIOS) + " ...]");
            System.exit(2);
        }
        Jdk jdk = Jdk.newest();
        System.out.printf(
                "machine: %d processors, %s %s; server on %s, driver on JDK %d; plain TCP%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                jdk,
                Runtime.version().feature());
        boolean clean;
        try (ServerProcess server = ServerProcess.prepare(jdk)) {
            server.configure("im.restante.c2s", "tls", "off")
                    .configure("im.restante.accounts", "scram-iterations", "4096")
                    .configure("im.restante.quota", "store-limit", "-1")
                    .start();
            LoadDriver driver = new LoadDriver(server, rounds);
            driver.run(wanted.isEmpty() ? SCENARIOS : Set.copyOf(wanted));
            clean = driver.clean;
        }
        System.exit(clean ? 0 : 1);
    }

    private void run(Set<String> wanted) throws Exception {
        if (wanted.contains("limits")) {
            Limits.print(server.home().resolve("data"));
        }
        System.out.printf("at rest after start: %d MiB resident%n", server.residentKib() / 1024);
        makeUsers();
        if (wanted.contains("store")) {
            measure("store: 10 senders, 10,000 messages to 100 absent users", "msgs/s", this::store);
        }
        if (wanted.contains("backlog")) {
            backlog();
        }
        if (wanted.contains("drain")) {
            for (int size : new int[] {100, 1_000, 10_000}) {
                measure("drain: backlog " + size + ", presence to last message", "s", () -> drain(size));
            }
        }
        if (wanted.contains("handover")) {
            measure("handover: 50 users come to 50 waiting while 250 more are sent", "s", this::handover);
        }
        if (wanted.contains("flood")) {
            measure("flood: 1,000 users with 20 each, from presence", "s", () -> flood(false));
            measure("flood: 1,000 users with 20 each, from connect", "s", () -> flood(true));
        }
        if (wanted.contains("online")) {
            for (int pairs : new int[] {1, 100, 1_000}) {
                measure("online: " + pairs + " pairs", "msgs/s", () -> online(pairs));
            }
        }
        if (wanted.contains("idle")) {
            idle();
        }
    }

    /** One scenario; gives its figure. */
    @FunctionalInterface
    private interface Scenario {
        double run() throws Exception;
    }

    private void measure(String name, String unit, Scenario scenario) throws Exception {
        scenario.run();
        nothingWaits(name);
        double[] figures = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            figures[round] = scenario.run();
            nothingWaits(name);
        }
        Arrays.sort(figures);
        report(name, figures[rounds / 2], unit, figures[0], figures[rounds - 1]);
    }

    /** All was received and proved, so that the next round starts from nothing. */
    private void nothingWaits(String scenario) throws Exception {
        try {
            Await.until("an empty store", Duration.ofSeconds(5), () -> waiting() == 0);
        } catch (AssertionError e) {
            clean = false;
            System.out.println("WRONG " + scenario + ": " + waiting() + " still wait");
        }
    }

    private long waiting() throws IOException {
        Matcher figures = Pattern.compile("\\* +sqlite +\\S+ +(\\d+)").matcher(server.shell("restante:store"));
        if (!figures.find()) {
            throw new IOException("restante:store does not say how much waits");
        }
        return Long.parseLong(figures.group(1));
    }

    private static void report(String name, double figure, String unit, double least, double most) {
        String format = figure < 100 ? "%.3f" : "%,.0f";
        System.out.printf(
                Locale.ROOT,
                "%-62s " + format + " %s [" + format + " .. " + format + "]%n",
                name,
                figure,
                unit,
                least,
                most);
    }

    private void makeUsers() throws Exception {
        Peer.each(4, part -> {
            for (int n = part; n < USERS; n += 4) {
                shell("restante:user-add u" + n + "@localhost " + ServerProcess.password("u" + n));
            }
        });
        for (int n = 0; n < SENDERS; n++) {
            shell("restante:user-add s" + n + "@localhost " + ServerProcess.password("s" + n));
        }
    }

    private void shell(String command) {
        try {
            server.shell(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private double store() throws Exception {
        int receivers = 100;
        int each = 10_000 / SENDERS;
        long nanos = fill(receivers, each);
        Tally.Sum sum = new Tally.Sum();
        Peer.each(receivers, r -> collect("u" + r, 10_000 / receivers, sum));
        check("store", sum);
        return 10_000 / seconds(nanos);
    }

    /** Each sender writes to the first {@code receivers} users in turn; gives the time until all were told that all is taken. */
    private long fill(int receivers, int each) throws Exception {
        List<Peer> senders = new ArrayList<>();
        List<byte[]> loads = new ArrayList<>();
        for (int s = 0; s < SENDERS; s++) {
            senders.add(Peer.login(server.port(), "s" + s, "bench", new Tally(0)));
            ByteArrayOutputStream load = new ByteArrayOutputStream();
            for (int n = 0; n < each; n++) {
                load.writeBytes(Stanzas.message("u" + (s + n) % receivers + "@localhost", s, n));
            }
            loads.add(load.toByteArray());
        }
        long start = System.nanoTime();
        Peer.each(SENDERS, s -> {
            try {
                senders.get(s).write(loads.get(s));
                senders.get(s).ping();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        long nanos = System.nanoTime() - start;
        senders.forEach(Peer::close);
        Tally.Sum sum = new Tally.Sum();
        senders.forEach(sender -> sender.tally().addTo(sum));
        check("fill", sum);
        return nanos;
    }

    private void collect(String user, int expected, Tally.Sum sum) {
        Tally tally = new Tally(expected);
        try (Peer peer = Peer.login(server.port(), user, "bench", tally)) {
            peer.presence();
            tally.await();
            peer.ping();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            tally.addTo(sum);
        }
    }

    /** What one more message costs its sender, with nothing and with much waiting for the recipient. */
    private void backlog() throws Exception {
        try (Peer sender = Peer.login(server.port(), "s0", "bench", new Tally(0))) {
            lone(sender, "u901", 300);
            double empty = lone(sender, "u902", 500);
            long nanos = fillOne("u903", 100_000);
            double full = lone(sender, "u903", 500);
            double emptyAgain = lone(sender, "u904", 500);
            double atZero = (empty + emptyAgain) / 2;
            System.out.printf(
                    Locale.ROOT,
                    "%-62s %.3f ms at 0, %.3f ms at 100,000: %.2fx (the backlog was stored at %,.0f msgs/s)%n",
                    "backlog: one more message, sent and known to be durable",
                    atZero,
                    full,
                    full / atZero,
                    100_000 / seconds(nanos));
        }
        Tally.Sum sum = new Tally.Sum();
        collect("u901", 300, sum);
        collect("u902", 500, sum);
        collect("u903", 100_500, sum);
        collect("u904", 500, sum);
        check("backlog", sum);
        nothingWaits("backlog");
    }

    /** Median milliseconds from a message to the answer of the ping behind it. */
    private static double lone(Peer sender, String to, int count) throws Exception {
        long[] nanos = new long[count];
        for (int n = 0; n < count; n++) {
            long start = System.nanoTime();
            sender.write(Stanzas.message(to + "@localhost", 0, 200_000 + n));
            sender.ping();
            nanos[n] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[count / 2] / 1e6;
    }

    private long fillOne(String to, int count) throws Exception {
        try (Peer sender = Peer.login(server.port(), "s1", "bench", new Tally(0))) {
            byte[] load = messages(to, 0, count);
            long start = System.nanoTime();
            sender.write(load);
            sender.ping();
            return System.nanoTime() - start;
        }
    }

    private double drain(int size) throws Exception {
        fillOne("u800", size);
        Tally tally = new Tally(size);
        try (Peer peer = Peer.login(server.port(), "u800", "bench", tally)) {
            long start = System.nanoTime();
            peer.presence();
            tally.await();
            long nanos = System.nanoTime() - start;
            peer.ping();
            Tally.Sum sum = new Tally.Sum();
            tally.addTo(sum);
            check("drain", sum);
            return seconds(nanos);
        }
    }

    /** The backlog must come first and the rest behind it, in order, however the two meet. */
    private double handover() throws Exception {
        int users = 50;
        Tally[] tallies = new Tally[users];
        Arrays.setAll(tallies, n -> new Tally(300));
        Tally.Sum sum = new Tally.Sum();
        long start = System.nanoTime();
        Peer.each(users, n -> {
            String user = "u" + n;
            try (Peer sender = Peer.login(server.port(), "u" + (n + users), "bench", new Tally(0));
                    Peer receiver = Peer.login(server.port(), user, "bench", tallies[n])) {
                sender.write(messages(user, 0, 50));
                sender.ping();
                receiver.presence();
                sender.write(messages(user, 50, 300));
                tallies[n].await();
                sender.ping();
                receiver.ping();
                sender.tally().addTo(sum);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        long nanos = System.nanoTime() - start;
        for (Tally tally : tallies) {
            tally.addTo(sum);
        }
        check("handover", sum);
        return seconds(nanos);
    }

    private static byte[] messages(String to, int from, int end) {
        ByteArrayOutputStream load = new ByteArrayOutputStream();
        for (int n = from; n < end; n++) {
            load.writeBytes(Stanzas.message(to + "@localhost", 1, n));
        }
        return load.toByteArray();
    }

    private double flood(boolean fromConnect) throws Exception {
        int each = 20;
        fill(USERS, USERS * each / SENDERS);
        Tally[] tallies = new Tally[USERS];
        Peer[] peers = new Peer[USERS];
        Arrays.setAll(tallies, n -> new Tally(each));
        long start = System.nanoTime();
        if (!fromConnect) {
            Peer.each(USERS, n -> peers[n] = login(n, tallies[n]));
            start = System.nanoTime();
        }
        Peer.each(USERS, n -> {
            try {
                if (fromConnect) {
                    peers[n] = login(n, tallies[n]);
                }
                peers[n].presence();
                tallies[n].await();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        long nanos = System.nanoTime() - start;
        Tally.Sum sum = new Tally.Sum();
        for (int n = 0; n < USERS; n++) {
            peers[n].ping();
            tallies[n].addTo(sum);
            peers[n].close();
        }
        check("flood", sum);
        return seconds(nanos);
    }

    private Peer login(int user, Tally tally) {
        try {
            return Peer.login(server.port(), "u" + user, "bench", tally);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Pairs of users who are both online; at most a window of a pair's messages is under way, as with people who read. */
    private double online(int pairs) throws Exception {
        int total = 300_000;
        int each = total / pairs;
        int window = Math.max(20, Math.min(1_000, 20_000 / pairs));
        Tally[] tallies = new Tally[pairs];
        Peer[] receivers = new Peer[pairs];
        Peer[] senders = new Peer[pairs];
        Peer.each(pairs, n -> {
            tallies[n] = new Tally(each);
            int receiver = n % USERS;
            try {
                receivers[n] = Peer.login(server.port(), "u" + receiver, "r" + n, tallies[n]);
                receivers[n].presence();
                receivers[n].ping();
                senders[n] = Peer.login(server.port(), "u" + (receiver + 1) % USERS, "s" + n, new Tally(0));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        int batch = Math.max(1, window / 4);
        long start = System.nanoTime();
        Peer.each(pairs, n -> {
            try {
                ByteArrayOutputStream load = new ByteArrayOutputStream();
                for (int sent = 0; sent < each; ) {
                    load.reset();
                    for (int i = 0; i < batch && sent < each; i++) {
                        load.writeBytes(Stanzas.message("u" + n % USERS + "@localhost/r" + n, 0, sent++));
                    }
                    senders[n].write(load.toByteArray());
                    while (sent - tallies[n].received() > window) {
                        TimeUnit.MICROSECONDS.sleep(50);
                    }
                }
                tallies[n].await();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        long nanos = System.nanoTime() - start;
        Tally.Sum sum = new Tally.Sum();
        for (int n = 0; n < pairs; n++) {
            tallies[n].addTo(sum);
            senders[n].close();
            receivers[n].close();
        }
        check("online", sum);
        return (double) each * pairs / seconds(nanos);
    }

    private void idle() throws Exception {
        int sessions = 5_000;
        List<Peer> peers = new ArrayList<>();
        collectGarbage();
        long before = server.residentKib();
        long heapBefore = heapInUseKib();
        for (int n = 0; n < sessions; n++) {
            Peer peer = Peer.login(server.port(), "u" + n % USERS, "i" + n, new Tally(0));
            peer.presence();
            peers.add(peer);
        }
        for (Peer peer : peers) {
            peer.ping();
        }
        collectGarbage();
        long after = server.residentKib();
        System.out.printf(
                Locale.ROOT,
                "%-62s %.1f KiB each resident, %.1f KiB each of heap in use (%d MiB resident before, %d MiB with them)%n",
                "idle: 5,000 sessions",
                (after - before) / (double) sessions,
                (heapInUseKib() - heapBefore) / (double) sessions,
                before / 1024,
                after / 1024);
        peers.forEach(Peer::cut);
    }

    /** Twice, so that what the first run freed is given back; resident memory means little otherwise. */
    private void collectGarbage() throws Exception {
        for (int run = 0; run < 2; run++) {
            jcmd("GC.run");
        }
    }

    private long heapInUseKib() throws Exception {
        Matcher used = Pattern.compile("used (\\d+)K").matcher(jcmd("GC.heap_info"));
        if (!used.find()) {
            throw new IllegalStateException("jcmd GC.heap_info does not say what is used");
        }
        return Long.parseLong(used.group(1));
    }

    private String jcmd(String command) throws IOException {
        Process process = new ProcessBuilder(
                        server.jdk().home().resolve("bin/jcmd").toString(), Long.toString(server.pid()), command)
                .start();
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }

    private void check(String scenario, Tally.Sum sum) {
        if (!sum.clean()) {
            clean = false;
            System.out.println("WRONG " + scenario + ": " + sum);
        }
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
