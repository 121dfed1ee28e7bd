package im.restante.internal.session.owner;

import im.restante.store.StoredMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** One reading of the spool to one session: how far it has come. */
final class Drain {
    final Recipient to;
    /** The time the session has been present, at one go. */
    final Spool.Present presence;
    /** For those who ask what became of a message. */
    final String how;

    /** Ids above it were added since the drain began. */
    final long begunAt;

    boolean started;
    boolean reading;
    boolean pausing;
    boolean rescan;
    /** The page that comes next, read while those before are written and proved. */
    List<StoredMessage> next;
    /** Whether {@link #next} was less than a page may be. */
    boolean nearEnd;
    /** The last page was empty. */
    boolean emptySeen;
    /** {@link Appends#begun} when an empty page was begun with no append in flight; -1 if there was none. */
    long emptyAt = -1;

    long cursor;
    /** Rows added since it began and not proved. */
    long spilled;
    /** Rows handed over and not proved, and their bytes. */
    int unproved;

    long unprovedBytes;
    boolean stepDue;
    /** A page is being given to the link. */
    boolean sending;

    /**
     * With the journal, once everything in the store has been handed over: what is appended from then on, oldest first. It
     * goes on from here without being read back. Null otherwise.
     */
    private ArrayDeque<Append> fresh;

    private long freshBytes;

    Drain(Spool.Present presence, long begunAt) {
        this.presence = presence;
        this.to = presence.recipient();
        this.how = "to " + to.jid();
        this.begunAt = begunAt;
    }

    static long bytes(List<StoredMessage> page) {
        return page.stream().mapToLong(StoredMessage::sizeBytes).sum();
    }

    /** Whether there is room in the window for {@link #next}. */
    boolean fits(SpoolSettings settings) {
        return unproved == 0
                || unproved + next.size() <= settings.window() && unprovedBytes + bytes(next) <= settings.windowBytes();
    }

    /** There may be rows in the store that were not handed over. */
    void again() {
        emptySeen = false;
        emptyAt = -1;
        fresh = null;
        freshBytes = 0;
    }

    /** There may be some before those that were handed over, too. */
    void fromTheOldest() {
        rescan = true;
        again();
    }

    boolean follows() {
        return fresh != null;
    }

    /** From here on what is appended goes on from memory. */
    void beginToFollow() {
        fresh = new ArrayDeque<>();
    }

    void follow(Append append) {
        if (fresh == null) {
            return;
        }
        if (fresh.size() >= Held.LIMIT || freshBytes + append.bytes() > Held.BYTES) {
            again();
            return;
        }
        append.fresh = true;
        fresh.add(append);
        freshBytes += append.bytes();
    }

    /** What is committed and may be handed over now. */
    List<StoredMessage> takeFresh(SpoolSettings settings) {
        List<StoredMessage> page = new ArrayList<>();
        long rows = Math.min(settings.pageRows(), settings.window() - unproved);
        long bytes = Math.min(settings.pageBytes(), settings.windowBytes() - unprovedBytes);
        boolean alone = unproved == 0;
        for (Append a = fresh.peek(); a != null && a.decided; a = fresh.peek()) {
            if (a.committed) {
                StoredMessage row = a.freshRow();
                bytes -= row.sizeBytes();
                if (page.size() == rows || bytes < 0 && !(alone && page.isEmpty())) {
                    break;
                }
                page.add(row);
            }
            fresh.poll();
            freshBytes -= a.bytes();
            cursor = a.id();
        }
        return page;
    }
}
