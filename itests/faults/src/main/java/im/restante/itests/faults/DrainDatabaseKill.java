package im.restante.itests.faults;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The database server is killed while a backlog is handed to its owner, and comes back after a while. Restante lives on; the owner
 * stays, or leaves in order while the database is away and comes again, and gets everything.
 */
final class DrainDatabaseKill implements Scenario {
    private static final int MOST = 3_000;
    private static final int LONGEST_AWAY_MILLIS = 3_000;

    private final Site site;
    private final String sender;

    DrainDatabaseKill(Terms terms) throws Exception {
        site = terms.started();
        sender = site.newUser("sender");
    }

    @Override
    public Ledger.Count round(Random random) throws Exception {
        String owner = site.newUser("owner");
        Ledger ledger = new Ledger();
        int backlog = 200 + random.nextInt(MOST);
        site.fill(sender, owner, backlog, random, ledger);

        Client client = site.drainInPart(owner, "first", random.nextInt(backlog));
        site.killDatabase();
        boolean leaves = random.nextInt(3) == 0;
        if (leaves) {
            client.close();
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_AWAY_MILLIS)));
        site.start();
        if (leaves) {
            ledger.login(client.received());
            site.drain(owner, "second", ledger);
        } else {
            site.drainOn(owner, client, ledger);
        }
        site.drain(owner, "last", ledger);
        return ledger.count();
    }

    @Override
    public void close() {
        site.close();
    }
}
