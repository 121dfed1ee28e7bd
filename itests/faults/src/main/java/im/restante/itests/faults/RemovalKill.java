package im.restante.itests.faults;

import im.restante.itests.harness.Threads;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The server is killed while an account with a large backlog is removed. Afterwards there is either the account, with what is left
 * of its mail, so that the removal can be ordered again; or no account, and then whoever takes the name gets none of the mail of the
 * one before.
 */
final class RemovalKill implements Scenario {
    private static final int BACKLOG = 5_000;
    private static final int LATEST_KILL_MILLIS = 600;

    private final Site site;
    private final Patience patience;
    private final String sender;
    private long removed;
    private long inherited;

    RemovalKill(Terms terms) throws Exception {
        site = terms.started();
        patience = terms.patience();
        sender = site.newUser("sender");
    }

    @Override
    public Ledger.Count round(Random random) throws Exception {
        String leaver = site.newUser("leaver");
        Ledger ledger = new Ledger();
        site.fill(sender, leaver, BACKLOG, random, ledger);

        AtomicBoolean answered = new AtomicBoolean();
        CompletableFuture<Void> removal = Threads.run(() -> {
            try {
                site.server().shell("restante:user-remove " + leaver + "@localhost");
                answered.set(true);
            } catch (IOException e) {
                // killed before it answered
            }
        });
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LATEST_KILL_MILLIS)));
        site.kill(random);
        removal.get(patience.seconds(30), TimeUnit.SECONDS);
        site.start();

        if (exists(leaver)) {
            if (answered.get()) {
                throw new AssertionError("an account that was removed is there again");
            }
            site.drain(leaver, "still", ledger);
            return ledger.count().withoutLost();
        }
        removed++;
        site.server().user(leaver);
        Ledger ofNewOne = new Ledger();
        site.drain(leaver, "new", ofNewOne);
        Ledger.Count count = ofNewOne.count();
        inherited += count.strange();
        return count;
    }

    private boolean exists(String name) throws IOException {
        try {
            site.login(name, "still").close();
            return true;
        } catch (IOException e) {
            if (e.getMessage().contains("not-authorized")) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public String remark() {
        return removed + " removed; mail of the one before given to the next: " + inherited;
    }

    @Override
    public void close() {
        site.close();
    }
}
