package im.restante.itests.bench;

import im.restante.account.Setting;
import im.restante.internal.store.sqlite.SqliteStore;
import im.restante.itests.harness.ServerProcess;
import im.restante.jid.Jid;
import im.restante.store.Fence;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;

/**
 * One million messages that wait for 100,000 users, ten each: what that does to the start, to those who come for their ten, and
 * to senders, beside a server of as many users for whom nothing waits.
 */
final class Million {
    private static final int USERS = 100_000;
    private static final int EACH = 10;
    private static final int ROUND = 20_000;
    private static final int LOGINS = 1_000;
    private static final double MOST_START_SECONDS = 3;
    private static final double MOST_LOGIN_MILLIS = 100;
    private static final double LEAST_RATE = 0.7;

    private final LoadedServer empty;
    private final LoadedServer full;
    private final int rounds;
    private final Random random = new Random(1);
    private int sent;
    private boolean good = true;

    Million(LoadedServer empty, LoadedServer full, int rounds) {
        this.empty = empty;
        this.full = full;
        this.rounds = rounds;
    }

    /** @return whether all was within what is demanded */
    boolean run() throws Exception {
        makeUsers(empty);
        makeUsers(full);
        double rate = store(full, USERS * EACH, n -> n % USERS);
        System.out.printf(Locale.ROOT, "%-62s %,.0f msgs/s%n", "million: one million stored for 100,000 users", rate);
        starts();
        rates();
        logins();
        return good && empty.isClean() && full.isClean();
    }

    /** With the server stopped, and all with the password of one: a user costs a row or two then, not the time of a hash. */
    private static void makeUsers(LoadedServer server) throws Exception {
        server.process().stop();
        SqliteStore store = SqliteStore.at(server.process().home().resolve("data/spool.db"));
        store.start();
        Map<String, String> credentials = store.values(Jid.of("u0@localhost"), "credentials")
                .toCompletableFuture()
                .join();
        List<Setting> settings = credentials.entrySet().stream()
                .map(value -> new Setting("credentials", value.getKey(), value.getValue()))
                .toList();
        List<CompletableFuture<Boolean>> made = new ArrayList<>();
        for (int n = 0; n < USERS; n++) {
            made.add(store.create(Jid.of("m" + n + "@localhost"), settings, Fence.HERE)
                    .toCompletableFuture());
            if (made.size() == 1_000) {
                made.forEach(CompletableFuture::join);
                made.clear();
            }
        }
        store.close();
        server.process().start();
    }

    /** Messages a second. @param to which user the n-th message is for */
    private double store(LoadedServer server, int count, IntUnaryOperator to) throws Exception {
        int part = Math.min(count, 100_000); // what the driver holds in memory at a time
        long nanos = 0;
        for (int from = 0; from < count; from += part) {
            List<ByteArrayOutputStream> loads = new ArrayList<>();
            for (int s = 0; s < LoadedServer.SENDERS; s++) {
                loads.add(new ByteArrayOutputStream());
            }
            for (int n = from; n < from + part; n++) {
                loads.get(n % LoadedServer.SENDERS)
                        .writeBytes(Stanzas.message(
                                "m" + to.applyAsInt(n) + "@localhost", n % LoadedServer.SENDERS, sent++));
            }
            nanos += server.send(
                    loads.stream().map(ByteArrayOutputStream::toByteArray).toList());
        }
        return count / LoadedServer.seconds(nanos);
    }

    private void starts() throws Exception {
        double[] seconds = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            full.process().stop();
            long start = System.nanoTime();
            full.process().start();
            seconds[round] = LoadedServer.seconds(System.nanoTime() - start);
        }
        Arrays.sort(seconds);
        judge(
                seconds[rounds / 2] <= MOST_START_SECONDS,
                "million: start to ready",
                "%.2f s [%.2f .. %.2f]; at most %.0f",
                seconds[rounds / 2],
                seconds[0],
                seconds[rounds - 1],
                MOST_START_SECONDS);
    }

    /** To users at random; what comes for the empty server stays there: at the end a twentieth of what the other one has, or so. */
    private void rates() throws Exception {
        Figures before = new Figures(Scenario.Unit.RATE, rounds);
        Figures after = new Figures(Scenario.Unit.RATE, rounds);
        toAnybody(empty); // warm
        toAnybody(full);
        for (int round = 0; round < rounds; round++) {
            before.add(toAnybody(empty));
            after.add(toAnybody(full));
        }
        double ratio = after.median() / before.median();
        judge(
                ratio >= LEAST_RATE,
                "million: to users at random, beside nothing / beside a million",
                "%s / %s: %.2fx; at least %.2f",
                before,
                after,
                ratio,
                LEAST_RATE);
    }

    private double toAnybody(LoadedServer server) throws Exception {
        return store(server, ROUND, n -> random.nextInt(USERS));
    }

    /** From connect to the first message; each takes all that waits for it and leaves in order. */
    private void logins() throws Exception {
        long before = full.waiting();
        AtomicInteger received = new AtomicInteger();
        double[] millis = new double[LOGINS];
        for (int login = 0; login < LOGINS; login++) {
            CountDownLatch first = new CountDownLatch(1);
            Receiver receiver = new Receiver() {
                @Override
                public void message(int sender, int number) {
                    received.incrementAndGet();
                    first.countDown();
                }

                @Override
                public void error() {
                    good = false;
                }
            };
            long start = System.nanoTime();
            String user = "m" + login * (USERS / LOGINS);
            try (Peer peer = Peer.login(full.process().port(), user, ServerProcess.password("u0"), "bench", receiver)) {
                peer.presence();
                good &= first.await(30, TimeUnit.SECONDS);
                millis[login] = (System.nanoTime() - start) / 1e6;
                peer.ping();
            }
        }
        full.waits("million", before - received.get());
        Arrays.sort(millis);
        double p99 = millis[LOGINS * 99 / 100];
        judge(
                p99 <= MOST_LOGIN_MILLIS,
                "million: from connect to the first of those that wait",
                "%.1f ms p99 of %,d, median %.1f; at most %.0f",
                p99,
                LOGINS,
                millis[LOGINS / 2],
                MOST_LOGIN_MILLIS);
    }

    private void judge(boolean enough, String what, String format, Object... figures) {
        good &= enough;
        System.out.printf(
                Locale.ROOT,
                "%-62s %s%s%n",
                what,
                String.format(Locale.ROOT, format, figures),
                enough ? "" : "   MISSED");
    }
}
