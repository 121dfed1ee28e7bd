package im.restante.streammanagement;

import im.restante.session.Outbound;
import im.restante.xml.HeapBudget;

/**
 * The heap that one client's outbound queue holds, against two budgets of all clients: of stanzas that no spool keeps until they are
 * written, and of what the client could have and has not proved. Under the queue's lock; from {@link #suspended} on for whoever has
 * the stream.
 */
public final class OutboundHeap {
    private final HeapBudget others;
    private final HeapBudget unproved;

    /** Bytes of what no spool keeps, waiting or in hand. */
    private long unread;

    private long unreadInHand;
    /** What {@link #others} has given: what comes in batches is bounded elsewhere. */
    private long othersTaken;

    /** Bytes of messages that a spool keeps, waiting or in hand. */
    private long live;

    private long liveInHand;
    private long unprovedTaken;

    /**
     * @param others   for stanzas that no spool keeps and that are not written; used by nobody else
     * @param unproved for live messages until the client has them, and for other stanzas from when they were written; used by nobody
     *     else
     */
    public OutboundHeap(HeapBudget others, HeapBudget unproved) {
        this.others = others;
        this.unproved = unproved;
    }

    /** Whether this stanza may wait. If not, nothing has been taken. */
    boolean take(Outbound stanza) {
        int size = stanza.xml().length;
        if (!(stanza.storable() ? unproved : others).take(size)) {
            return false;
        }
        if (stanza.storable()) {
            unprovedTaken += size;
        } else {
            othersTaken += size;
        }
        return true;
    }

    void queued(Outbound stanza) {
        if (stanza.storable()) {
            live += stanza.xml().length;
        } else {
            unread += stanza.xml().length;
        }
    }

    /** The writer has it. */
    void inHand(Outbound stanza) {
        if (stanza.storable()) {
            liveInHand += stanza.xml().length;
        } else {
            unreadInHand += stanza.xml().length;
        }
    }

    /** Bytes of what no spool keeps, waiting or in hand. */
    long unread() {
        return unread;
    }

    /** Whether a stanza that no spool keeps may be kept until the client acknowledges it. */
    boolean keep(int bytes) {
        if (!unproved.take(bytes)) {
            return false;
        }
        unprovedTaken += bytes;
        return true;
    }

    /** What was in hand is written. @param kept bytes of what was sent and is kept until the client acknowledges it */
    void written(long kept) {
        unread -= unreadInHand;
        unreadInHand = 0;
        live -= liveInHand;
        liveInHand = 0;
        acknowledged(kept);
    }

    /** The client may have acknowledged something. @param kept as above, what is left of it */
    void acknowledged(long kept) {
        if (othersTaken > unread) {
            others.give((int) (othersTaken - unread));
            othersTaken = unread;
        }
        give(live + kept);
    }

    /**
     * The queue has ended, and all it holds is given back, but for the bytes that a stream which can be resumed goes on keeping, until
     * {@link #release}.
     *
     * @return false if there is no room for so many, and nothing is kept
     */
    boolean suspended(long bytes) {
        unread = 0;
        live = 0;
        unreadInHand = 0;
        liveInHand = 0;
        boolean enough = unprovedTaken >= bytes || keep((int) (bytes - unprovedTaken));
        acknowledged(enough ? bytes : 0);
        return enough;
    }

    /** Gives back what {@link #suspended} has left. */
    void release() {
        give(0);
    }

    private void give(long left) {
        if (unprovedTaken > left) {
            unproved.give((int) (unprovedTaken - left));
            unprovedTaken = left;
        }
    }
}
