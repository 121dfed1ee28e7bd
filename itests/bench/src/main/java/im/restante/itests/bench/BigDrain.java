package im.restante.itests.bench;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A backlog of 100,000 of one owner, handed to a client that reads as fast as it can, and to one that reads 50 stanzas a second:
 * what the server keeps in its heap meanwhile, and what 100 users who write to each other notice.
 */
final class BigDrain {
    private static final int BACKLOG = 100_000;
    private static final String OWNER = "u900";
    private static final int ROUNDS = 5;
    private static final Duration CALM = Duration.ofSeconds(10);
    private static final Duration SETTLING = Duration.ofSeconds(2);
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1) / 50;
    private static final double MOST_HEAP_MIB = 32;
    private static final double MOST_TIMES_SLOWER = 2;

    private final LoadedServer server;
    private final Duration slow;
    private boolean good = true;

    /** @param slow how long the slow client reads slowly */
    BigDrain(LoadedServer server, Duration slow) {
        this.server = server;
        this.slow = slow;
    }

    /** @return whether heap and times stayed within what is demanded */
    boolean run() throws Exception {
        server.drain(10_000); // warm
        long idle = server.process().liveHeapKib();
        System.out.printf(Locale.ROOT, "%-62s %.1f MiB of heap in use%n", "big drain: idle server", idle / 1024.0);
        server.fillOne(OWNER, BACKLOG);
        Reading first = new Reading(0);
        long most = 0;
        for (long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
                !first.isComplete() && System.nanoTime() < end; ) {
            most = Math.max(most, server.process().liveHeapKib());
        }
        first.end();
        heap("big drain: to a fast client", idle, most);
        try (PingPong others = new PingPong(server.process().port(), 100)) {
            others.during(CALM); // warm
            fast(others);
            slow(others);
            if (others.hasFailed()) {
                good = false;
                System.out.println("WRONG big drain: others got errors or no answer");
            }
        }
        server.nothingWaits("big drain");
        return good;
    }

    /** Drains and calm take turns, so that the machine's moods hit both alike. */
    private void fast(PingPong others) throws Exception {
        Waits calm = others.during(CALM);
        Waits drained = Waits.NONE;
        for (int round = 0; round < ROUNDS; round++) {
            server.fillOne(OWNER, BACKLOG);
            try (FarReader reader = FarReader.login(server.process().port(), OWNER, BACKLOG)) {
                pass(SETTLING);
                drained = drained.and(others.during(() -> System.out.printf(
                        Locale.ROOT,
                        "%-62s %d ms%n",
                        "big drain: to the fast client beside 100",
                        reader.read().toMillis())));
                good &= reader.end();
            }
            pass(SETTLING);
            calm = calm.and(others.during(CALM));
        }
        times("big drain: 100 others beside the fast client", drained, calm);
    }

    /** The same beside a slow client; then one that stays slow, with a look at the heap every five seconds. */
    private void slow(PingPong others) throws Exception {
        Waits calm = others.during(CALM);
        Waits drained = Waits.NONE;
        for (int round = 0; round < ROUNDS; round++) {
            server.fillOne(OWNER, BACKLOG);
            Reading reading = new Reading(SLOW_NANOS);
            pass(SETTLING);
            drained = drained.and(others.during(CALM));
            reading.hurry();
            reading.end();
            pass(SETTLING);
            calm = calm.and(others.during(CALM));
        }
        times("big drain: 100 others beside the slow client", drained, calm);
        long idle = server.process().liveHeapKib();
        server.fillOne(OWNER, BACKLOG);
        Reading reading = new Reading(SLOW_NANOS);
        long most = 0;
        for (long end = System.nanoTime() + slow.toNanos(); System.nanoTime() < end; pass(Duration.ofSeconds(5))) {
            most = Math.max(most, server.process().liveHeapKib());
        }
        heap("big drain: to a client that read " + reading.received() + " in " + slow.toSeconds() + " s", idle, most);
        reading.hurry();
        reading.end();
    }

    private void heap(String what, long idle, long most) {
        double more = (most - idle) / 1024.0;
        boolean enough = more <= MOST_HEAP_MIB;
        good &= enough;
        System.out.printf(
                Locale.ROOT,
                "%-62s %+.1f MiB of heap in use; at most +%.0f%s%n",
                what,
                more,
                MOST_HEAP_MIB,
                enough ? "" : "   TOO MUCH");
    }

    private void times(String what, Waits drained, Waits calm) {
        double times = drained.p99() / calm.p99();
        boolean enough = times <= MOST_TIMES_SLOWER;
        good &= enough;
        System.out.printf(
                Locale.ROOT,
                "%-62s %.2f ms p99 of %,d, without it %.2f ms of %,d: %.2fx; at most %.0fx%s%n",
                what,
                drained.p99(),
                drained.count(),
                calm.p99(),
                calm.count(),
                times,
                MOST_TIMES_SLOWER,
                enough ? "" : "   TOO SLOW");
    }

    private static void pass(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    /** The owner, present and reading. */
    private final class Reading implements Receiver {
        private final Tally tally = new Tally(BACKLOG);
        private final Peer peer;
        private volatile long nanosEach;

        Reading(long nanosEach) throws Exception {
            this.nanosEach = nanosEach;
            peer = Peer.login(server.process().port(), OWNER, "bench", this);
            peer.presence();
        }

        @Override
        public void message(int sender, int number) {
            tally.message(sender, number);
            if (nanosEach > 0) {
                LockSupport.parkNanos(nanosEach);
            }
        }

        @Override
        public void error() {
            tally.error();
        }

        int received() {
            return tally.received();
        }

        boolean isComplete() {
            return tally.received() >= BACKLOG;
        }

        /** From now on it reads as fast as it can. */
        void hurry() {
            nanosEach = 0;
        }

        void end() throws Exception {
            tally.await();
            peer.ping();
            peer.close();
            Tally.Sum sum = new Tally.Sum();
            tally.addTo(sum);
            server.check("big drain", sum);
        }
    }
}
