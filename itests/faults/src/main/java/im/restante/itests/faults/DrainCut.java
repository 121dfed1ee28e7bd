package im.restante.itests.faults;

import java.io.IOException;
import java.util.Random;

/** The client resets its connection in the middle of a drain and comes again, with the same resource or another one. */
final class DrainCut implements Scenario {
    private static final int BACKLOG = 1_000;

    private final Site site;
    private final String sender;

    DrainCut(Site site) throws IOException {
        this.site = site;
        sender = site.newUser("sender");
    }

    @Override
    public Ledger.Count round(Random random) throws Exception {
        String owner = site.newUser("owner");
        Ledger ledger = new Ledger();
        site.fill(sender, owner, BACKLOG, random, ledger);

        int cutAfter = random.nextBoolean() ? 10 : 1 + random.nextInt(BACKLOG - 1);
        Client client = site.login(owner, "first").cutAfter(cutAfter);
        client.presence();
        client.awaitEnd();
        ledger.login(client.received());

        site.drain(owner, random.nextBoolean() ? "first" : "second", ledger);
        return ledger.count();
    }

    @Override
    public void close() {
        site.close();
    }
}
