package im.restante.itests.faults;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The store does not work for a while, under senders who go on and owners who come for their mail. Each verdict comes in time and is
 * true, but for a batch that had begun; the log says it a few times; and when the store works again, the drains go on by themselves.
 */
final class Stall implements Scenario {
    private static final int SENDERS = 20;
    /** Who come for what waits for them; the others stay away until it is over. */
    private static final int OWNERS = 4;

    private static final int RECIPIENTS = 10;
    private static final int BACKLOG = 600;
    private static final int VERDICTS_BEFORE = 5;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DRAINS_GO_ON = Duration.ofSeconds(2);
    private static final Duration DRAIN_ENDS = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Terms terms;
    private final Patience patience;
    private final Site site;
    private final Obstacle obstacle;
    private final List<String> senders = new ArrayList<>();
    private final Thread endAtExit = new Thread(this::close, "end-stall");
    private Stalls stalls = Stalls.NONE;
    private double longest;
    private long refused;
    private int keptOut;
    private boolean closed;

    Stall(Terms terms, Obstacle.Kind kind) throws Exception {
        this.terms = terms;
        patience = terms.patience();
        site = terms.prepared();
        try {
            obstacle = Obstacle.prepare(kind, site);
        } catch (Exception e) {
            site.close();
            throw e;
        }
        Runtime.getRuntime().addShutdownHook(endAtExit); // nothing of it stays when we are interrupted
        site.start();
        for (int n = 0; n < SENDERS; n++) {
            senders.add(site.newUser("sender"));
        }
    }

    /** Somebody who is sent to. */
    private final class Recipient {
        private final String name = site.newUser("owner");
        private final Ledger ledger = new Ledger();
        private Client client;
        private int before;

        Recipient() throws Exception {}

        void fill(Random random) throws Exception {
            site.fill(senders.get(0), name, BACKLOG, random, ledger);
        }

        void logIn() throws Exception {
            client = site.login(name, "comes");
        }

        void markDrain() {
            before = client.count();
        }

        boolean hasGoneOn() {
            return client.count() > before;
        }

        /** Gives whether a drain that was under way ended by itself. */
        boolean drain() throws Exception {
            boolean ended = true;
            if (client != null) {
                try {
                    site.drainOn(name, client, ledger, DRAIN_ENDS);
                } catch (AssertionError e) {
                    ended = false;
                }
            }
            site.drain(name, "last", ledger);
            return ended;
        }
    }

    @Override
    public Ledger.Count round(Random random) throws Exception {
        List<Recipient> recipients = new ArrayList<>();
        for (int n = 0; n < RECIPIENTS; n++) {
            recipients.add(new Recipient());
        }
        List<Recipient> owners = recipients.subList(0, OWNERS);
        for (Recipient owner : owners) {
            owner.fill(random);
        }
        obstacle.ready();
        for (Recipient owner : owners) {
            owner.logIn();
        }
        List<SteadySender> all = sendersTo(recipients, random);
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<?> running = CompletableFuture.allOf(
                all.stream().map(one -> Threads.run(() -> one.run(stop::get))).toArray(CompletableFuture[]::new));
        String log;
        double drainSeconds;
        try {
            Await.until(
                    "all senders are under way",
                    patience.room(LONGEST_WAIT),
                    () -> running.isDone() || all.stream().allMatch(one -> one.verdicts() >= VERDICTS_BEFORE));
            int logged = site.log().length();
            stall(owners);
            drainSeconds = drainsGoOn(owners);
            LockSupport.parkNanos(CALM_NANOS);
            log = site.log().substring(logged);
        } finally {
            stop.set(true);
        }
        awaitVerdicts(running);
        enter(all, recipients);
        long stuck = 0;
        for (Recipient recipient : recipients) {
            stuck += recipient.drain() ? 0 : 1;
        }
        measure(all, log, drainSeconds, stuck);
        return recipients.stream().map(one -> one.ledger.count()).reduce(Ledger.Count.NONE, Ledger.Count::plus);
    }

    private List<SteadySender> sendersTo(List<Recipient> recipients, Random random) throws Exception {
        List<String> names = recipients.stream().map(one -> one.name).toList();
        Duration longestVerdict =
                patience.room(terms.stall().plus(terms.storeTimeout()).plus(LONGEST_WAIT));
        List<SteadySender> all = new ArrayList<>();
        for (int n = 0; n < SENDERS; n++) {
            boolean patient = n % 2 == 0;
            // the answer to a question waits for all verdicts before it; so who does not wait writes to nobody who may
            // get it at once
            all.add(new SteadySender(
                    n + 1, // 0 is who filled
                    site.login(senders.get(n), "sends"),
                    site,
                    names,
                    patient ? 0 : OWNERS,
                    patient,
                    random.nextLong(),
                    longestVerdict));
        }
        return all;
    }

    /** Half of the owners come at the moment it begins, half when it has. */
    private void stall(List<Recipient> owners) throws Exception {
        for (Recipient owner : owners.subList(0, OWNERS / 2)) {
            owner.client.presence();
        }
        if (!obstacle.begin()) {
            keptOut++;
        }
        long end = System.nanoTime() + terms.stall().toNanos();
        try {
            for (Recipient owner : owners.subList(OWNERS / 2, OWNERS)) {
                owner.client.presence();
            }
            for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            if (!site.server().isRunning()) {
                throw new AssertionError("the server ended while its store did not work");
            }
            owners.forEach(Recipient::markDrain);
        } finally {
            obstacle.end();
        }
    }

    /** Seconds until every owner has got something more. Senders go on, so there is something more. */
    private double drainsGoOn(List<Recipient> owners) throws Exception {
        long healed = System.nanoTime();
        Await.until(
                () -> "drains go on; "
                        + owners.stream().filter(one -> !one.hasGoneOn()).count() + " of " + OWNERS + " do not",
                patience.room(LONGEST_WAIT),
                () -> owners.stream().allMatch(Recipient::hasGoneOn));
        return (System.nanoTime() - healed) / 1e9;
    }

    private void awaitVerdicts(CompletableFuture<?> running) throws Exception {
        try {
            running.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof AssertionError)) {
                throw e;
            }
            // a verdict that never came, which is counted
        }
    }

    private static void enter(List<SteadySender> all, List<Recipient> recipients) throws Exception {
        List<Ledger> ledgers = recipients.stream().map(one -> one.ledger).toList();
        for (SteadySender sender : all) {
            sender.enter(ledgers);
        }
    }

    private void measure(List<SteadySender> all, String log, double drainSeconds, long stuck) {
        Duration limit = terms.storeTimeout().plus(patience.grace(SECOND));
        LogKinds kinds = new LogKinds(log);
        stalls = new Stalls(
                all.stream().mapToLong(one -> one.late(limit)).sum(),
                all.stream().mapToLong(SteadySender::never).sum(),
                kinds.most(),
                kinds.mostFrequent(),
                drainSeconds,
                patience.grace(DRAINS_GO_ON).toMillis() / 1e3,
                stuck);
        double most = all.stream().mapToDouble(SteadySender::longest).max().orElse(0);
        long returned = all.stream().mapToLong(SteadySender::refused).sum();
        double felt = Math.min(terms.stall().toSeconds(), terms.storeTimeout().toSeconds()) / 2.0;
        if (returned == 0 && most < felt && keptOut == 0) {
            throw new AssertionError("the store went on working, so nothing is shown; longest verdict " + most + " s");
        }
        longest = Math.max(longest, most);
        refused += returned;
    }

    @Override
    public Stalls stalls() {
        return stalls;
    }

    @Override
    public String remark() {
        return String.format(
                Locale.ROOT,
                "%d s each with store-timeout-seconds=%d: %d refused, longest verdict %.1f s%s",
                terms.stall().toSeconds(),
                terms.storeTimeout().toSeconds(),
                refused,
                longest,
                keptOut == 0 ? "" : "; the server let nobody lock its file in " + keptOut);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            obstacle.end();
            site.close();
            obstacle.remove();
        } catch (Exception e) {
            throw new IllegalStateException("what kept the store from working is still there: " + e.getMessage(), e);
        } finally {
            site.close();
        }
    }
}
