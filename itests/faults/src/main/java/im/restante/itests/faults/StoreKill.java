package im.restante.itests.faults;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Many send to some recipients; there is a kill in the middle. What was acknowledged must be there, once, in order. */
final class StoreKill implements Scenario {
    /** Who is killed, and where the recipients are. */
    enum Way {
        /** The server, while the recipients are away. */
        AWAY,
        /** The server, which keeps a journal, while they are there; what was handed to them may be proved or not. */
        PRESENT,
        /** The database server alone, which comes back after a while; the senders go on. */
        DATABASE_ONLY
    }

    private static final int SENDERS = 50;
    private static final int SENDERS_SHORT = 10;
    private static final int RECIPIENTS = 10;
    private static final int MOST_PER_SENDER = 300;
    private static final int PING_EVERY = 8;
    private static final int MOST_ANSWERS_EACH = 15;
    private static final int LONGEST_AWAY_MILLIS = 3_000;
    private static final Duration LONGEST_VERDICT = Duration.ofSeconds(60);

    private final Site site;
    private final Patience patience;
    private final Way way;
    private final List<String> senders = new ArrayList<>();
    private final List<String> recipients = new ArrayList<>();

    StoreKill(Terms terms, Way way) throws Exception {
        this.site = terms.prepared();
        this.patience = terms.patience();
        this.way = way;
        if (way == Way.PRESENT) {
            site.server().configure("im.restante.offline", "journal", "true");
        }
        site.start();
        for (int s = 0; s < (terms.full() ? SENDERS : SENDERS_SHORT); s++) {
            senders.add(site.newUser("sender"));
        }
        for (int r = 0; r < RECIPIENTS; r++) {
            recipients.add(site.newUser("away"));
        }
    }

    /** One sender's round. */
    private final class Sending {
        private final int sender;
        private final Client client;
        private final Random random;
        /** Half of them wait for each answer, as people do; the others write as fast as they can. */
        private final boolean patient;

        private final Map<Mail, Integer> sent = new HashMap<>();

        Sending(int sender, long seed) throws IOException {
            this.sender = sender;
            this.random = new Random(seed);
            patient = sender % 2 == 0;
            client = site.login(senders.get(sender), "store");
        }

        void run() {
            try {
                for (int n = 0; n < MOST_PER_SENDER; n++) {
                    Mail mail = new Mail(sender, site.nextNumber());
                    int recipient = random.nextInt(RECIPIENTS);
                    sent.put(mail, recipient); // before it is written: the last one may arrive although writing fails
                    client.write(mail.to(recipients.get(recipient), Mail.size(random)));
                    if (random.nextInt(PING_EVERY) == 0) {
                        client.askWhetherTaken(mail.number());
                        if (patient) {
                            client.verdicts().await(mail.number(), patience.room(LONGEST_VERDICT));
                        }
                    }
                }
                client.askWhetherTaken(site.nextNumber());
            } catch (IOException e) {
                // killed
            }
        }

        /** Waits until all that was sent is taken or refused. */
        void leave() throws Exception {
            client.ping();
            client.close();
        }

        void enter(List<Ledger> ledgers) {
            client.awaitEnd();
            sent.forEach((mail, recipient) ->
                    ledgers.get(recipient).sent(mail, client.verdicts().of(mail)));
        }
    }

    @Override
    public Ledger.Count round(Random random) throws Exception {
        List<Ledger> ledgers = new ArrayList<>();
        recipients.forEach(recipient -> ledgers.add(new Ledger()));
        List<Client> online = new ArrayList<>();
        for (String recipient : way == Way.PRESENT ? recipients : List.<String>of()) {
            Client client = site.login(recipient, "online");
            client.presence();
            client.ping();
            online.add(client);
        }
        List<Sending> all = new ArrayList<>();
        for (int s = 0; s < senders.size(); s++) {
            all.add(new Sending(s, random.nextLong()));
        }
        CompletableFuture<?>[] running =
                all.stream().map(sending -> Threads.run(sending::run)).toArray(CompletableFuture[]::new);
        int answersBefore = random.nextInt(senders.size() * MOST_ANSWERS_EACH);
        Await.until(
                () -> "fewer than " + answersBefore + " pings were answered",
                patience.room(Duration.ofSeconds(60)),
                () -> all.stream()
                                .mapToInt(sending -> sending.client.verdicts().answers())
                                .sum()
                        >= answersBefore);
        if (way == Way.DATABASE_ONLY) {
            site.killDatabase();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_AWAY_MILLIS)));
            site.start();
            CompletableFuture.allOf(running).get(patience.seconds(120), TimeUnit.SECONDS);
            for (Sending sending : all) {
                sending.leave();
            }
        } else {
            site.kill(random);
            CompletableFuture.allOf(running).get(patience.seconds(60), TimeUnit.SECONDS);
        }
        for (Sending sending : all) {
            sending.enter(ledgers);
        }
        for (int r = 0; r < online.size(); r++) {
            online.get(r).awaitEnd();
            ledgers.get(r).login(online.get(r).received());
        }
        site.start();
        CompletableFuture<?>[] draining = IntStream.range(0, RECIPIENTS)
                .mapToObj(r -> Threads.run(() -> drainTwice(recipients.get(r), ledgers.get(r))))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(draining).get(patience.seconds(180), TimeUnit.SECONDS);
        return ledgers.stream().map(Ledger::count).reduce(Ledger.Count.NONE, Ledger.Count::plus);
    }

    private void drainTwice(String recipient, Ledger ledger) {
        try {
            site.drain(recipient, "first", ledger);
            site.drain(recipient, "second", ledger);
        } catch (Exception e) {
            throw new IllegalStateException(recipient + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        site.close();
    }
}
