package im.restante.itests.bench;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A started server with its users, and what is done to it. Every scenario leaves it empty. */
final class LoadedServer implements AutoCloseable {
    static final int USERS = 1_000;
    static final int SENDERS = 10;
    /** The server looks every 30 s whether it is quiet; the first look may still see what went before. */
    private static final Duration QUIET = Duration.ofSeconds(65);

    private static final Pattern WAITING = Pattern.compile("(?m)^\\* +\\S+ +\\S+ +(\\d+)");

    private final ServerProcess server;
    private boolean clean = true;

    private LoadedServer(ServerProcess server) {
        this.server = server;
    }

    /**
     * Starts it and makes the users {@code u0} to {@code u999} and {@code s0} to {@code s9}.
     *
     * @param jar      what to run
     * @param settings what differs from the defaults; the bench's own are no TLS and no limit that bites
     */
    static LoadedServer start(Jdk jdk, Path jar, List<Setting> settings) throws Exception {
        ServerProcess server = ServerProcess.prepare(jdk).of(jar);
        try {
            server.configure("im.restante.c2s", "tls", "off")
                    .configure("im.restante.accounts", "scram-iterations", "4096")
                    .configure("im.restante.quota", "store-limit", "-1")
                    .configure(
                            "im.restante.limits",
                            "owner-limit-bytes",
                            "1000000000"); // it does not bite, but is looked at
            settings.forEach(setting -> server.configure(setting.pid(), setting.key(), setting.value()));
            server.start();
            LoadedServer loaded = new LoadedServer(server);
            loaded.makeUsers();
            return loaded;
        } catch (Exception e) {
            server.close();
            throw e;
        }
    }

    ServerProcess process() {
        return server;
    }

    /** Processor time it has taken since its start, in seconds. */
    double processorSeconds() {
        return seconds(server.processorTime().toNanos());
    }

    /** Whether nothing was lost, doubled, out of order or left behind so far. */
    boolean isClean() {
        return clean;
    }

    @Override
    public void close() {
        server.close();
    }

    /** All was received and proved, so that the next round starts from nothing. */
    void nothingWaits(String scenario) throws Exception {
        waits(scenario, 0);
    }

    /** So many wait, once what was proved is removed. */
    void waits(String scenario, long count) throws Exception {
        try {
            Await.until("removals", Duration.ofSeconds(5), () -> waiting() == count);
        } catch (AssertionError e) {
            clean = false;
            System.out.println("WRONG " + scenario + ": " + waiting() + " wait instead of " + count);
        }
    }

    /** In the store that new messages go to. */
    long waiting() throws IOException {
        Matcher figures = WAITING.matcher(server.shell("restante:store"));
        if (!figures.find()) {
            throw new IOException("restante:store does not say how much waits");
        }
        return Long.parseLong(figures.group(1));
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

    double store() throws Exception {
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
        List<byte[]> loads = new ArrayList<>();
        for (int s = 0; s < SENDERS; s++) {
            ByteArrayOutputStream load = new ByteArrayOutputStream();
            for (int n = 0; n < each; n++) {
                load.writeBytes(Stanzas.message("u" + (s + n) % receivers + "@localhost", s, n));
            }
            loads.add(load.toByteArray());
        }
        return send(loads);
    }

    /** Each sender writes one of the loads; gives the time until all were told that all is taken. */
    long send(List<byte[]> loads) throws Exception {
        List<Tally> returned = new ArrayList<>();
        List<Peer> senders = new ArrayList<>();
        for (int s = 0; s < loads.size(); s++) {
            returned.add(new Tally(0));
            senders.add(Peer.login(server.port(), "s" + s, "bench", returned.get(s)));
        }
        long start = System.nanoTime();
        Peer.each(loads.size(), s -> {
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
        returned.forEach(tally -> tally.addTo(sum));
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
    void backlog() throws Exception {
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

    /** Senders write to somebody absent each, and wait for the answer to the ping behind a message before they send the next. */
    void storeOneByOne(int senders, int each) throws Exception {
        Peer.each(senders, n -> {
            try (Peer sender = Peer.login(server.port(), "u" + n, "bench", new Tally(0))) {
                lone(sender, "u" + (n + USERS / 2), each);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Gets what {@link #storeOneByOne} left. */
    void collectOneByOne(int senders, int each) throws Exception {
        Tally.Sum sum = new Tally.Sum();
        Peer.each(senders, n -> collect("u" + (n + USERS / 2), each, sum));
        check("one by one", sum);
        nothingWaits("one by one");
    }

    long fillOne(String to, int count) throws Exception {
        Tally returned = new Tally(0);
        try (Peer sender = Peer.login(server.port(), "s1", "bench", returned)) {
            byte[] load = messages(to, 0, count);
            long start = System.nanoTime();
            sender.write(load);
            sender.ping();
            return System.nanoTime() - start;
        } finally {
            Tally.Sum sum = new Tally.Sum();
            returned.addTo(sum);
            check("fill of one", sum);
        }
    }

    double drain(int size) throws Exception {
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
    double handover() throws Exception {
        int users = 50;
        Tally[] tallies = new Tally[users];
        Arrays.setAll(tallies, n -> new Tally(300));
        Tally.Sum sum = new Tally.Sum();
        long start = System.nanoTime();
        Peer.each(users, n -> {
            String user = "u" + n;
            Tally returned = new Tally(0);
            try (Peer sender = Peer.login(server.port(), "u" + (n + users), "bench", returned);
                    Peer receiver = Peer.login(server.port(), user, "bench", tallies[n])) {
                sender.write(messages(user, 0, 50));
                sender.ping();
                receiver.presence();
                sender.write(messages(user, 50, 300));
                tallies[n].await();
                sender.ping();
                receiver.ping();
                returned.addTo(sum);
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

    double flood(boolean fromConnect) throws Exception {
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

    private Peer login(int user, Receiver receiver) {
        try {
            return Peer.login(server.port(), "u" + user, "bench", receiver);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Pairs of users who are both online; at most a window of a pair's messages is under way, as with people who read. */
    double online(int pairs) throws Exception {
        int total = 300_000;
        int each = total / pairs;
        int window = Math.max(20, Math.min(1_000, 20_000 / pairs));
        Tally[] tallies = new Tally[pairs];
        Peer[] receivers = new Peer[pairs];
        Peer[] senders = new Peer[pairs];
        Tally[] returned = new Tally[pairs];
        Peer.each(pairs, n -> {
            tallies[n] = new Tally(each);
            returned[n] = new Tally(0);
            int receiver = n % USERS;
            try {
                receivers[n] = Peer.login(server.port(), "u" + receiver, "r" + n, tallies[n]);
                receivers[n].presence();
                receivers[n].ping();
                senders[n] = Peer.login(server.port(), "u" + (receiver + 1) % USERS, "s" + n, returned[n]);
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
            returned[n].addTo(sum);
            senders[n].close();
            receivers[n].close();
        }
        check("online", sum);
        return (double) each * pairs / seconds(nanos);
    }

    /** What a session costs that does nothing, once the server has been quiet for so long that it gave back what logins took. */
    void idle() throws Exception {
        int sessions = 5_000;
        List<Peer> peers = new ArrayList<>();
        TimeUnit.NANOSECONDS.sleep(QUIET.toNanos());
        long before = server.residentKib();
        long heapBefore = server.liveHeapKib();
        for (int n = 0; n < sessions; n++) {
            Peer peer = Peer.login(server.port(), "u" + n % USERS, "i" + n, new Tally(0));
            peer.presence();
            peers.add(peer);
        }
        for (Peer peer : peers) {
            peer.ping();
        }
        TimeUnit.NANOSECONDS.sleep(QUIET.toNanos());
        long after = server.residentKib();
        System.out.printf(
                Locale.ROOT,
                "%-62s %.1f KiB each resident, %.1f KiB each of heap in use (%d MiB resident before, %d MiB with them)%n",
                "idle: 5,000 sessions",
                (after - before) / (double) sessions,
                (server.liveHeapKib() - heapBefore) / (double) sessions,
                before / 1024,
                after / 1024);
        peers.forEach(Peer::cut);
    }

    void check(String scenario, Tally.Sum sum) {
        if (!sum.clean()) {
            clean = false;
            System.out.println("WRONG " + scenario + ": " + sum);
        }
    }

    static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
