package im.restante.internal.session.roster;

import im.restante.jid.Jid;
import java.util.concurrent.CompletableFuture;

/**
 * What is held in memory of one account: whom it knows and whom it blocks. {@link #roster} and {@link #blocked} are read by any thread at any time and replaced
 * in the {@link #lane} only, or by a load; everything else is written by {@link Books} under its lock.
 */
final class Book {
    final Jid owner;
    final Lane lane = new Lane();
    volatile Roster roster = Roster.EMPTY;
    volatile BlockList blocked = BlockList.EMPTY;

    /** Whether the two above are what the repository holds. */
    volatile boolean fresh;

    /** Sessions and tasks that keep it in memory. */
    volatile int users;

    /** When {@link #users} became 0, by {@link System#nanoTime}. */
    volatile long idleSince;

    /** A load under way; else null. */
    CompletableFuture<Void> loading;

    Book(Jid owner) {
        this.owner = owner;
    }
}
