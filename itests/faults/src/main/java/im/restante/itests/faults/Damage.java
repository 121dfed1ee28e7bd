package im.restante.itests.faults;

import im.restante.itests.harness.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Bytes in the middle of the database file are overwritten while the server is stopped. It must start, stay, say in its log what is
 * wrong if anything is missing, and deliver what can still be read. What the damage itself took is no loss of the server's: it is
 * told in the remark, not counted.
 */
final class Damage implements Scenario {
    private static final int OWNERS = 4;
    private static final int BACKLOG = 300;
    private static final int LARGEST = 8 * 1024;
    private static final long HEADER = 4096;

    private final Terms terms;
    private long stored;
    private long missing;
    private long loginsFailed;
    private long unscathed;

    Damage(Terms terms) {
        this.terms = terms;
    }

    @Override
    public Ledger.Count round(Random random) throws Exception {
        try (Site site = terms.started()) {
            String sender = site.newUser("sender");
            List<String> owners = new ArrayList<>();
            List<Ledger> ledgers = new ArrayList<>();
            for (int n = 0; n < OWNERS; n++) {
                owners.add(site.newUser("owner"));
                ledgers.add(new Ledger());
                site.fill(sender, owners.get(n), BACKLOG, random, ledgers.get(n));
            }
            site.server().stop(); // which puts everything into the one file
            String before = site.log();
            damage(site.server().home().resolve("data/spool.db"), random);

            site.start();
            long lost = 0;
            Ledger.Count count = Ledger.Count.NONE;
            for (int n = 0; n < OWNERS; n++) {
                collect(site, owners.get(n), ledgers.get(n));
                Ledger.Count one = ledgers.get(n).count();
                lost += one.lost();
                count = count.plus(one);
            }
            if (!site.server().isRunning()) {
                throw new AssertionError("the server ended over a damaged file");
            }
            List<String> troubles = Site.troubles(site.log().substring(before.length()));
            if (lost > 0 && troubles.isEmpty()) {
                throw new AssertionError(lost + " messages are missing, and the log says nothing");
            }
            stored += count.taken();
            missing += lost;
            unscathed += lost == 0 ? 1 : 0;
            return count.withoutLost();
        }
    }

    /** Takes what can be had; a spool that cannot be read stays, and its owner may not even be let in. */
    private void collect(Site site, String owner, Ledger ledger) throws Exception {
        Client client;
        try {
            client = site.login(owner, "after");
        } catch (IOException e) {
            loginsFailed++;
            return;
        }
        try {
            client.presence();
            Await.until(
                    "nothing more comes",
                    terms.patience().room(Duration.ofSeconds(30)),
                    new Quiet(site, client)::reached);
        } finally {
            client.close();
            ledger.login(client.received());
        }
        if (client.endedInsideAStanza()) {
            throw new AssertionError("damaged bytes were written to " + owner + ", whose stream is no XML any more");
        }
    }

    /** A client that got nothing while the server answered again and again: on a busy machine that takes longer. */
    private static final class Quiet {
        private static final int ANSWERS = 50;
        private static final long PAUSE_NANOS = 35_000_000;
        private final Site site;
        private final Client client;
        private int seen = -1;
        private int asked;
        private int answersBefore;

        Quiet(Site site, Client client) {
            this.site = site;
            this.client = client;
            this.asked = client.verdicts().answers();
        }

        boolean reached() {
            int answers = client.verdicts().answers();
            if (client.count() != seen) {
                seen = client.count();
                answersBefore = answers;
            }
            if (client.hasEnded() || seen >= BACKLOG || answers - answersBefore >= ANSWERS) {
                return true;
            }
            if (asked == answers) {
                try {
                    client.askWhetherTaken(site.nextNumber());
                } catch (IOException e) { // the server ends the connection
                    return true;
                }
                asked++;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            return false;
        }
    }

    private static void damage(Path file, Random random) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            byte[] noise = new byte[64 + random.nextInt(LARGEST - 64)];
            random.nextBytes(noise);
            long at = HEADER + (long) (random.nextDouble() * (channel.size() - HEADER - noise.length));
            channel.write(ByteBuffer.wrap(noise), at);
        }
    }

    @Override
    public String remark() {
        return missing + " of " + stored + " unreadable, " + loginsFailed + " logins failed, " + unscathed
                + " rounds without harm";
    }

    @Override
    public void close() {
        // each round cleans up
    }
}
