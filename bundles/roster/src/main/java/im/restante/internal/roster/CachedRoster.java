package im.restante.internal.roster;

import im.restante.jid.Jid;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Cache entry of one account: whom it knows and whom it blocks. {@link #roster} and {@link #blocked} may be read by any thread at any
 * time; they are replaced by a task of {@link #changes} or by a load. Everything else is written by {@link RosterCache} under its lock.
 */
final class CachedRoster {
    private static final int OWN_HEAP = 1_024;

    final Jid owner;
    final StageQueue changes;
    volatile Roster roster = Roster.EMPTY;
    volatile BlockList blocked = BlockList.EMPTY;

    /** The roster before a write of which nobody knows what came of it; null: there was none since it was last read. */
    volatile Roster lastKnown;

    /** Whether the two above are what the repository holds. */
    volatile boolean fresh;

    /** Sessions and tasks that keep it in memory. */
    volatile int users;

    /** When {@link #users} became 0, by {@link System#nanoTime}. */
    volatile long idleSince;

    /** A load under way; else null. */
    CompletableFuture<Void> loading;

    /** About how many bytes of heap it takes. */
    long heap() {
        return OWN_HEAP + roster.heap() + blocked.heap();
    }

    CachedRoster(Jid owner, Executor workers) {
        this.owner = owner;
        this.changes = new StageQueue(workers);
    }
}
