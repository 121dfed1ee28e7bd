package im.restante.itests.faults;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The server is killed while it hands a backlog to its owner; the owner comes again after the restart. */
final class DrainKill implements Scenario {
    private static final int MOST = 3_000;

    private final Site site;
    private final String sender;

    DrainKill(Terms terms) throws Exception {
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
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(5_000)));
        site.kill(random);
        client.awaitEnd();
        ledger.login(client.received());

        site.start();
        site.drain(owner, "second", ledger);
        return ledger.count();
    }

    @Override
    public void close() {
        site.close();
    }
}
