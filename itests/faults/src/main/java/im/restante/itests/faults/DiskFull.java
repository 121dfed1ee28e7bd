package im.restante.itests.faults;

import im.restante.itests.harness.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * The disk runs full while messages are stored. Senders are refused, the server stays, and with room again it stores again; what
 * was acknowledged is there. Where the rights suffice every other round uses a file system of its own, else a limit on file sizes.
 */
final class DiskFull implements Scenario {
    private static final int MOST = 6_000;
    private static final int BODY_BYTES = 4_000;
    private static final int ENOUGH_REFUSED = 40;
    private static final int BATCH = 20;

    private final Terms terms;
    private final Set<String> errors = new TreeSet<>();
    private int rounds;
    private long refused;

    DiskFull(Terms terms) {
        this.terms = terms;
    }

    @Override
    public Ledger.Count round(Random random) throws Exception {
        try (Site site = terms.prepared();
                FullDisk disk = disk(site, rounds++ % 2 == 0)) {
            site.server()
                    .configure(
                            "im.restante.store.sqlite",
                            "file",
                            disk.folder().resolve("spool.db").toString())
                    .configure("im.restante.limits", "disk-warn-percent", "-1") // not before it is full
                    .configure("im.restante.limits", "disk-refuse-percent", "-1");
            site.start();
            try {
                Ledger.Count count = fillUp(site, disk, random);
                errors.add(disk.toString());
                return count;
            } finally {
                site.server().kill(); // before its disk goes
            }
        }
    }

    private static FullDisk disk(Site site, boolean mount) throws IOException {
        if (mount) {
            try {
                return FullDisk.fileSystem(FullDisk.MEBIBYTES);
            } catch (IOException e) {
                // no right to mount
            }
        }
        return FullDisk.fileSize(site.server().home().resolve("data"));
    }

    private Ledger.Count fillUp(Site site, FullDisk disk, Random random) throws Exception {
        String sender = site.newUser("sender");
        String owner = site.newUser("owner");
        disk.limit(site.server().pid());
        List<Mail> sent = new ArrayList<>();
        Ledger ledger = new Ledger();
        try (Client client = site.login(sender, "fill")) {
            while (client.verdicts().refused().size() < ENOUGH_REFUSED && sent.size() < MOST) {
                send(site, client, owner, BATCH, BODY_BYTES + random.nextInt(500), sent);
            }
            if (client.verdicts().refused().isEmpty()) {
                throw new AssertionError("nothing was refused although the disk is full");
            }
            refused += client.verdicts().refused().size();
            if (!site.server().isRunning()) {
                throw new AssertionError("the server ended when the disk was full");
            }
            disk.giveRoom(site.server().pid());
            Await.until("it stores again", terms.patience().room(Duration.ofSeconds(30)), () -> {
                int before = client.verdicts().refused().size();
                send(site, client, owner, 1, BODY_BYTES, sent);
                return client.verdicts().refused().size() == before;
            });
            client.askWhetherTaken(site.nextNumber());
            client.ping();
            sent.forEach(mail -> ledger.sent(mail, client.verdicts().of(mail)));
        }
        site.drain(owner, "first", ledger);
        site.drain(owner, "second", ledger);
        return ledger.count();
    }

    private static void send(Site site, Client client, String owner, int count, int size, List<Mail> sent)
            throws Exception {
        for (int n = 0; n < count; n++) {
            Mail mail = new Mail(0, site.nextNumber());
            sent.add(mail);
            client.write(mail.to(owner, size));
        }
        client.ping();
    }

    @Override
    public String remark() {
        return refused + " refused, by " + String.join(" and ", errors);
    }

    @Override
    public void close() {
        // each round cleans up
    }
}
