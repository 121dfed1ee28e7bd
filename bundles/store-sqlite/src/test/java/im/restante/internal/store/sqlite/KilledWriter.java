package im.restante.internal.store.sqlite;

import im.restante.itests.contract.Stages;
import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.StoredMessage;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A process made to be killed: appends for ever from several threads and prints each id once it is acknowledged. */
final class KilledWriter {
    private static final int CALLERS = 24;

    private KilledWriter() {}

    /** @param args file, first id */
    public static void main(String[] args) {
        PrintStream out = System.out;
        SqliteStore store = new SqliteStore(Path.of(args[0]), 4_000);
        store.start();
        AtomicLong next = new AtomicLong(Long.parseLong(args[1]));
        Jid owner = Jid.of("romeo@example.org");
        for (int i = 0; i < CALLERS; i++) {
            Jid sender = Jid.of("sender" + i + "@example.org");
            new Thread(() -> {
                        while (true) {
                            long id = next.getAndIncrement();
                            StoredMessage message = StoredMessage.of(id, owner, sender, Instant.now(), new byte[500]);
                            if (Stages.await(store.append(
                                            message, Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN))
                                    instanceof Appended.Stored) {
                                out.println(id);
                            }
                        }
                    })
                    .start();
        }
    }
}
