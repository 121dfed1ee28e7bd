package im.restante.itests.faults;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** The client resets its connection in the middle of a drain and comes again, with the same resource or another one. */
final class DrainCut implements Scenario {
    /** How the client proves what it has got, and how it comes again. */
    enum Way {
        /** Without stream management: it answers pings, and logs in anew. */
        PING,
        /** With stream management that cannot be resumed; it logs in anew. */
        MANAGED,
        /** It resumes its stream. */
        RESUMED,
        /** It would resume its stream, too late or by a wrong id, is refused and logs in anew. */
        REFUSED
    }

    private static final int BACKLOG = 1_000;
    private static final int CUT_AFTER = 10;
    /** Messages that may be without proof: the server's default. */
    private static final int WINDOW = 100;

    private static final Duration RESUMABLE = Duration.ofSeconds(60);
    private static final Duration MOST_RESUMABLE = Duration.ofSeconds(300); // the server's default
    private static final Duration TOO_LATE = Duration.ofMillis(1_500);

    private final Site site;
    private final Way way;
    private final boolean proof;
    private final Patience patience;
    private final String sender;

    DrainCut(Terms terms, Way way) throws Exception {
        this.site = terms.started();
        this.way = way;
        this.proof = terms.proof();
        this.patience = terms.patience();
        sender = site.newUser("sender");
    }

    @Override
    public Ledger.Count round(Random random) throws Exception {
        String owner = site.newUser("owner");
        Ledger ledger = new Ledger();
        site.fill(sender, owner, BACKLOG, random, ledger);

        int cutAfter = random.nextBoolean() ? CUT_AFTER : 1 + random.nextInt(BACKLOG - 1);
        boolean late = way == Way.REFUSED && random.nextBoolean();
        Client client = site.login(owner, "first").cutAfter(cutAfter);
        String stream = way == Way.PING ? "" : client.manage(way == Way.MANAGED ? 0 : late ? 1 : resumableSeconds());
        client.presence();
        client.awaitEnd();
        ledger.login(client.received());

        Optional<Client> resumed = Optional.empty();
        if (way == Way.RESUMED) {
            resumed = site.resume(client, owner, stream);
        } else if (late) {
            LockSupport.parkNanos(patience.grace(TOO_LATE).toNanos());
            resumed = site.resume(client, owner, stream);
        } else if (way == Way.REFUSED) {
            resumed = site.resume(client, owner, "x" + stream);
        }
        if (resumed.isPresent() != (way == Way.RESUMED)) {
            throw new AssertionError(way + ": the stream was " + (resumed.isPresent() ? "" : "not ") + "resumed");
        }
        if (resumed.isPresent()) {
            site.drainOn(owner, resumed.get(), ledger);
        } else {
            site.drain(owner, random.nextBoolean() ? "first" : "second", ledger);
        }
        judgeWhatCameAgain(ledger);
        return ledger.count();
    }

    private int resumableSeconds() {
        Duration wanted = patience.grace(RESUMABLE);
        return (int) (wanted.compareTo(MOST_RESUMABLE) < 0 ? wanted : MOST_RESUMABLE).toSeconds();
    }

    /** Only what had come last may come again: that the rest had come was proved. One who resumes has said what he has got. */
    private void judgeWhatCameAgain(Ledger ledger) {
        int allowed = way == Way.RESUMED ? 0 : WINDOW;
        if (proof && ledger.cameAgain() > allowed) {
            throw new AssertionError("the last " + ledger.cameAgain() + " came again, and only " + allowed + " may");
        }
    }

    @Override
    public void close() {
        site.close();
    }
}
