package im.restante.itests.faults;

import im.restante.itests.harness.Await;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One owner stops reading in the middle of a drain; meanwhile others drain and send, and more comes for him. */
final class Pause implements Scenario {
    private static final int BACKLOG = 2_000;
    private static final int OTHERS = 3;
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Site site;
    private final Patience patience;
    private final String sender;

    Pause(Terms terms) throws Exception {
        site = terms.started();
        patience = terms.patience();
        sender = site.newUser("sender");
    }

    @Override
    public Ledger.Count round(Random random) throws Exception {
        String slow = site.newUser("slow");
        Ledger ofSlow = new Ledger();
        site.fill(sender, slow, BACKLOG, random, ofSlow);
        Ledger.Count others = Ledger.Count.NONE;

        Client paused = site.login(slow, "slow").pauseAfter(1 + random.nextInt(BACKLOG / 2));
        try {
            paused.presence();
            Await.until("the drain begins", patience.room(Duration.ofSeconds(30)), paused::isPaused);
            long begin = System.nanoTime();
            for (int n = 0; n < OTHERS; n++) {
                String other = site.newUser("other");
                Ledger ledger = new Ledger();
                site.fill(sender, other, BACKLOG / 4, random, ledger);
                site.drain(other, "quick", ledger); // fails if one who does not read is in others' way
                others = others.plus(ledger.count());
            }
            site.fill(sender, slow, 100, random, ofSlow);
            LockSupport.parkNanos(begin + PAUSE_NANOS - System.nanoTime());
            paused.readOn();
            site.awaitEmpty(slow, paused);
            paused.ping();
        } finally {
            paused.readOn();
            paused.close();
            ofSlow.login(paused.received());
        }
        site.drain(slow, "slow", ofSlow);
        return others.plus(ofSlow.count());
    }

    @Override
    public void close() {
        site.close();
    }
}
