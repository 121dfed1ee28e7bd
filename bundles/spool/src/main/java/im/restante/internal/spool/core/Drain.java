package im.restante.internal.spool.core;

import im.restante.store.StoredMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** One reading of the spool to one session: how far it has come. */
final class Drain {
    /** What the reading is doing. */
    enum Phase {
        /** The next page is wanted. */
        WANTED,
        /** A page is being read. */
        READING,
        /** The store could not read; it is asked again later. */
        PAUSED,
        /** A page has been read and waits for room in the window. */
        PAGE,
        /** The last page was empty. */
        DRY,
        /** With the journal, and behind everything in the store: what is committed goes out from memory. */
        FOLLOWING
    }

    final OwnerCore.Stay to;
    final long number;
    final SpilledRows spilled = new SpilledRows();
    Phase phase = Phase.WANTED;

    /** All up to this id was read. */
    long cursor;

    /** The page being read, or read last. */
    Effect.Read read = new Effect.Read(0, 0, 0, 0);

    /** Rows came back in front of the page being read: it is of no use. */
    private boolean stale;

    /** In PAGE: what was read, as far as it was not handed over. */
    private List<StoredMessage> page = List.of();

    private long pageBytes;

    /** In PAGE: it was less than a page may be. */
    boolean nearEnd;

    /** In DRY: whether a message has been offered to the store since the empty page was begun, or was on its way then. */
    boolean moreAdded;

    /** In READING: whether a message was on its way into the store when the page was begun, or has been offered since. */
    boolean addedMeanwhile;

    /** The handover buffer is being offered to the session. */
    boolean offering;

    /** In FOLLOWING: what was offered to the store since, oldest first. */
    private final ArrayDeque<Incoming> fresh = new ArrayDeque<>(0);

    private long freshBytes;

    Drain(OwnerCore.Stay to, long number) {
        this.to = to;
        this.number = number;
    }

    static long bytes(List<StoredMessage> page) {
        long bytes = 0;
        for (int i = 0; i < page.size(); i++) {
            bytes += page.get(i).sizeBytes();
        }
        return bytes;
    }

    List<StoredMessage> page() {
        return page;
    }

    void page(List<StoredMessage> rows) {
        page = rows;
        pageBytes = bytes(rows);
    }

    /** Of the page, or as many as may come with the one that is being read. */
    long heldBytes() {
        return phase == Phase.READING ? read.bytes() : pageBytes;
    }

    /** There may be rows in the store behind those that were read. */
    void again() {
        if (phase == Phase.DRY || phase == Phase.FOLLOWING) {
            phase = Phase.WANTED;
            fresh.clear();
            freshBytes = 0;
        }
    }

    /** There may be rows in front of those that were read, too. */
    void fromTheOldest() {
        cursor = 0;
        again();
        if (phase == Phase.PAGE) {
            phase = Phase.WANTED;
            page(List.of());
        } else if (phase == Phase.READING) {
            stale = true;
        }
    }

    /** A read has ended; false if what it has found is of no use. */
    boolean endRead(Effect.Read which) {
        if (phase != Phase.READING || read != which) {
            return false;
        }
        if (stale) {
            stale = false;
            phase = Phase.WANTED;
            return false;
        }
        return true;
    }

    void beginRead(Effect.Read which, boolean onTheirWay) {
        read = which;
        phase = Phase.READING;
        addedMeanwhile = onTheirWay;
    }

    /** A message is offered to the store, behind all before. */
    void added(Incoming message) {
        moreAdded = true;
        addedMeanwhile = true;
        if (!message.rehearsal()) {
            spilled.add(message.id());
            follow(message);
        }
    }

    private void follow(Incoming message) {
        if (phase != Phase.FOLLOWING) {
            return;
        }
        if (fresh.size() >= HandoverBuffer.LIMIT || freshBytes + message.bytes() > HandoverBuffer.BYTES) {
            again();
            return;
        }
        fresh.add(message);
        freshBytes += message.bytes();
    }

    /** In FOLLOWING: what is committed and fits, oldest first. */
    List<StoredMessage> takeFresh(int rows, long bytes, boolean alone) {
        List<StoredMessage> page = new ArrayList<>();
        long left = bytes;
        for (Incoming next = fresh.peek(); next != null && next.decided; next = fresh.peek()) {
            if (next.committed) {
                StoredMessage row = next.fresh();
                left -= row.sizeBytes();
                if (page.size() >= rows || left < 0 && !(alone && page.isEmpty())) {
                    break;
                }
                page.add(row);
            }
            fresh.poll();
            freshBytes -= next.bytes();
            cursor = next.id();
        }
        return page;
    }
}
