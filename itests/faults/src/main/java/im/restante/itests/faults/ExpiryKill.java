package im.restante.itests.faults;

import im.restante.itests.faults.RuledLedger.Ruled;
import im.restante.itests.faults.RuledLedger.Visit;
import im.restante.itests.harness.Await;
import im.restante.itests.harness.Threads;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Messages wait whose rules say when they expire and that their senders be told then (XEP-0079); meanwhile recipients come and drain,
 * and the server is killed twice. Every sender is told once of each message that expired, whether he was there or away, and of none
 * whose delivery was proved in time.
 */
final class ExpiryKill implements Scenario {
    private static final String NOTIFY = "notify";
    private static final List<String> ACTIONS = List.of("alert", "error", NOTIFY);
    private static final int KILLS = 2;
    private static final int JUST_BEFORE_MILLIS = 300;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Site site;
    private final Patience patience;
    private final int messagesEach;
    private final int spanMillis;
    private final List<Correspondence> all = new ArrayList<>();
    private long told;
    private long inTime;

    ExpiryKill(Terms terms) throws Exception {
        site = terms.started();
        patience = terms.patience();
        int senders = terms.full() ? 10 : 4;
        messagesEach = (terms.full() ? 10_000 : 600) / senders;
        spanMillis = terms.full() ? 30_000 : 9_000;
        for (int n = 0; n < senders; n++) {
            all.add(new Correspondence(n));
        }
    }

    /** One sender and two recipients: one comes while messages expire, the other when it is over. */
    private final class Correspondence {
        private final int number;
        private final String sender = site.newUser("sender");
        private final String visitor = site.newUser("visitor");
        private final String absent = site.newUser("absent");
        private RuledLedger ledger;
        private Client online;

        Correspondence(int number) throws Exception {
            this.number = number;
            befriend(visitor);
            befriend(absent);
        }

        /** Strangers would not be told. */
        private void befriend(String recipient) throws Exception {
            try (Client asks = site.login(sender, "asks");
                    Client grants = site.login(recipient, "grants")) {
                grants.presence();
                grants.ping();
                asks.write("<presence type='subscribe' to='" + recipient + "@localhost'/>");
                asks.ping();
                grants.write("<presence type='subscribed' to='" + sender + "@localhost'/>");
                grants.ping();
            }
        }

        /** Every second sender is there all the time, the others when it is over. */
        boolean staysOnline() {
            return number % 2 == 0;
        }

        void send(Instant begin, Random random) {
            ledger = new RuledLedger();
            try {
                Client client = site.login(sender, "writes");
                try (client) {
                    for (int n = 0; n < messagesEach; n++) {
                        client.write(next(begin, random));
                    }
                    client.ping();
                }
                client.verdicts().refused().forEach(ledger::failed);
                ledger.told(client.replies()); // about those that had expired when they came
            } catch (Exception e) {
                throw new IllegalStateException(sender + ": " + e.getMessage(), e);
            }
        }

        private byte[] next(Instant begin, Random random) {
            Mail mail = new Mail(number, site.nextNumber());
            String action = ACTIONS.get(random.nextInt(ACTIONS.size()));
            Instant expires = begin.plusMillis(random.nextInt(spanMillis));
            ledger.sent(mail, new Ruled(action.equals(NOTIFY), expires));
            return mail.to(
                    random.nextBoolean() ? visitor : absent,
                    Mail.size(random),
                    "<amp xmlns='http://jabber.org/protocol/amp'><rule action='" + action
                            + "' condition='expire-at' value='" + expires + "'/></amp>");
        }

        void comeOnline() throws Exception {
            if (online == null) {
                online = site.login(sender, "online");
                online.presence();
            }
        }

        void enterReplies() {
            if (online != null) {
                online.awaitEnd();
                ledger.told(online.replies());
                online = null;
            }
        }

        int open() {
            return ledger.open(online.replies());
        }

        /** Takes what waits; empty if he could not even log in to a server that was killed. */
        Optional<Visit> visit(String recipient) {
            Instant begin = Instant.now();
            Client client;
            try {
                client = site.login(recipient, "visit");
            } catch (IOException e) {
                return Optional.empty();
            }
            boolean orderly = false;
            try (client) {
                client.presence();
                site.awaitEmpty(recipient, client);
                orderly = true;
            } catch (Exception | AssertionError e) {
                if (!client.hasEnded()) {
                    throw new IllegalStateException(e.getMessage(), e);
                }
            }
            Instant end = Instant.now();
            client.awaitEnd();
            return Optional.of(new Visit(client.received(), begin, end, orderly));
        }

        CompletableFuture<Optional<Visit>> visitAt(Instant moment) {
            CompletableFuture<Optional<Visit>> visit = new CompletableFuture<>();
            Threads.run(() -> {
                        sleepUntil(moment);
                        visit.complete(visit(visitor));
                    })
                    .exceptionally(e -> {
                        visit.completeExceptionally(e);
                        return null;
                    });
            return visit;
        }
    }

    @Override
    public Ledger.Count round(Random random) throws Exception {
        Instant begin = Instant.now();
        List<CompletableFuture<Void>> sending = new ArrayList<>();
        for (Correspondence one : all) {
            Random own = new Random(random.nextLong());
            sending.add(Threads.run(() -> one.send(begin, own)));
        }
        CompletableFuture.allOf(sending.toArray(CompletableFuture[]::new)).get(patience.seconds(60), TimeUnit.SECONDS);
        Instant end = begin.plusMillis(spanMillis);
        for (int left = KILLS; left >= 0; left--) {
            Instant from = Instant.now();
            long untilEnd = Math.max(1, Duration.between(from, end).toMillis());
            goOnUntil(
                    left == 0 ? end : from.plusMillis((long) (untilEnd * (0.5 + random.nextDouble()) / (left + 1))),
                    left > 0,
                    random);
        }
        return settle();
    }

    /** Visitors come at random moments, some of them just before the end, which may be a kill. */
    private void goOnUntil(Instant moment, boolean kill, Random random) throws Exception {
        for (Correspondence one : all) {
            if (one.staysOnline()) {
                one.comeOnline();
            }
        }
        int millis = (int) Math.max(1, Duration.between(Instant.now(), moment).toMillis());
        List<CompletableFuture<Optional<Visit>>> visits = new ArrayList<>();
        for (Correspondence one : all) {
            int before = random.nextInt(random.nextBoolean() ? Math.min(millis, JUST_BEFORE_MILLIS) : millis);
            visits.add(one.visitAt(moment.minusMillis(before)));
        }
        sleepUntil(moment);
        if (kill) {
            site.kill(random);
        }
        for (int n = 0; n < visits.size(); n++) {
            visits.get(n)
                    .get(patience.seconds(2 * PATIENCE.toSeconds()), TimeUnit.SECONDS)
                    .ifPresent(all.get(n).ledger::visit);
        }
        if (kill) {
            all.forEach(Correspondence::enterReplies);
            site.start();
        }
    }

    /** All senders come; when nothing is open any more the recipients take what went on waiting, so that no row is left anywhere. */
    private Ledger.Count settle() throws Exception {
        for (Correspondence one : all) {
            one.comeOnline();
        }
        Await.until(
                () -> "nothing is open; "
                        + all.stream().mapToInt(Correspondence::open).sum() + " messages are",
                patience.room(PATIENCE),
                () -> {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
                    return all.stream().allMatch(one -> one.open() == 0);
                });
        Ledger.Count count = Ledger.Count.NONE;
        for (Correspondence one : all) {
            for (String recipient : List.of(one.visitor, one.absent)) {
                one.ledger.visit(one.visit(recipient).orElseThrow());
            }
            site.awaitEmpty(one.sender, one.online);
            one.online.close();
            one.enterReplies();
            count = count.plus(one.ledger.count());
            told += one.ledger.told();
            inTime += one.ledger.inTime();
        }
        return count;
    }

    private static void sleepUntil(Instant moment) {
        for (Duration left = Duration.between(Instant.now(), moment);
                left.toNanos() > 0;
                left = Duration.between(Instant.now(), moment)) {
            LockSupport.parkNanos(left.toNanos());
        }
    }

    @Override
    public String remark() {
        return told + " told, " + inTime + " proved in time";
    }

    @Override
    public void close() {
        site.close();
    }
}
