package im.restante.streammanagement;

import im.restante.session.Outbound;
import im.restante.store.StoredMessage;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Our side's count of stream management (XEP-0198 §4): the stanzas sent since it was enabled. Until the client has acknowledged
 * them, messages a spool would keep are kept here, of stored messages the id, and all others if the stream can be resumed.
 * Guarded by the lock of the queue.
 */
public final class SentStanzas {
    /** Stanzas after which the client is asked again. */
    static final int ASK_EVERY = 100;

    private static final long MODULUS = 1L << 32;

    /**
     * One stanza that was sent and not acknowledged.
     *
     * @param stanza null for a stored message, whose row is still in the spool
     * @param row    id of a message, live or stored; 0 for what no spool keeps
     */
    record Sent(long number, Outbound stanza, long row) {
        boolean storable() {
            return stanza != null && stanza.storable();
        }

        int bytes() {
            return stanza == null ? 0 : stanza.xml().length;
        }
    }

    /** Rows that may be unproved: the largest window. */
    private static final int MOST_ROWS = 500;

    private final ArrayDeque<Sent> kept = new ArrayDeque<>(4);
    /** Rows acknowledged last: a page that was not acknowledged whole is not proved, and they are in the spool still. */
    private final ArrayDeque<Long> lastRows = new ArrayDeque<>(0);

    private final long othersAtMost;
    private boolean complete;
    private int storable;
    private long storableBytes;
    private long otherBytes;
    private long sent;
    private long acknowledged;
    private long asked;

    /** @param count stanzas sent and acknowledged before, of a stream that cannot be resumed */
    SentStanzas(long count) {
        this(count, 0);
    }

    /**
     * @param count        stanzas sent and acknowledged before
     * @param othersAtMost bytes of stanzas no spool keeps that may be kept here; with more unacknowledged the stream cannot be
     *                     resumed any more. 0: it never can
     */
    SentStanzas(long count, long othersAtMost) {
        this.sent = count;
        this.acknowledged = count;
        this.asked = count;
        this.othersAtMost = othersAtMost;
        this.complete = othersAtMost > 0;
    }

    void sent(Outbound stanza) {
        sent++;
        if (stanza.storable()) {
            keep(new Sent(sent, stanza, stanza.arrival().id()));
        } else if (complete) {
            keep(new Sent(sent, stanza, 0));
        }
    }

    void sent(StoredMessage message) {
        sent++;
        if (complete) {
            keep(new Sent(sent, null, message.id()));
        }
    }

    private void keep(Sent stanza) {
        kept.add(stanza);
        count(stanza, 1);
        if (otherBytes > othersAtMost && complete) {
            giveUp();
        }
    }

    /** There is no room for what no spool keeps: the stream cannot be resumed. */
    void giveUp() {
        complete = false;
        kept.removeIf(one -> !one.storable());
        otherBytes = 0;
    }

    /** The stream waits for its client, and its messages wait in the spool: of them only the ids are kept. */
    void forgetMessages() {
        List<Sent> all = unacknowledged();
        kept.clear();
        all.forEach(one -> kept.add(one.storable() ? new Sent(one.number(), null, one.row()) : one));
        storable = 0;
        storableBytes = 0;
    }

    /** Bytes of all that is kept until the client acknowledges it. */
    long bytes() {
        return storableBytes + otherBytes;
    }

    private void count(Sent stanza, int sign) {
        if (stanza.storable()) {
            storable += sign;
            storableBytes += (long) sign * stanza.bytes();
        } else {
            otherBytes += (long) sign * stanza.bytes();
        }
    }

    /** Number of the last stanza sent. */
    long count() {
        return sent;
    }

    /** Number of the last stanza the client has acknowledged. */
    long acknowledged() {
        return acknowledged;
    }

    /** Whether all that was sent and not acknowledged is known here. */
    boolean isComplete() {
        return complete;
    }

    /**
     * Takes the client's count, modulo 2^32.
     *
     * @return false if that is more than was sent
     */
    boolean acknowledge(long h) {
        long ahead = Math.floorMod(h - acknowledged, MODULUS);
        if (ahead > sent - acknowledged) {
            return false;
        }
        upTo(acknowledged + ahead);
        return true;
    }

    /** The client has everything up to this number. */
    void upTo(long number) {
        acknowledged = Math.max(acknowledged, number);
        while (!kept.isEmpty() && kept.peek().number <= acknowledged) {
            Sent has = kept.poll();
            count(has, -1);
            if (has.stanza() == null && complete) {
                lastRows.add(has.row());
            }
            if (lastRows.size() > MOST_ROWS) {
                lastRows.poll();
            }
        }
    }

    /** The client is being asked how far it has got. */
    void asked() {
        asked = sent;
    }

    /**
     * Whether to ask now: when the last question is old, or nothing else is to be written and none is open.
     *
     * @param idle whether nothing else is to be written
     */
    boolean worthAsking(boolean idle) {
        return !kept.isEmpty() && (sent - asked >= ASK_EVERY || idle && asked < sent && asked <= acknowledged);
    }

    /** All that the client has not acknowledged. */
    int waiting() {
        return kept.size();
    }

    /** Live messages that a spool would keep. */
    int storable() {
        return storable;
    }

    long storableBytes() {
        return storableBytes;
    }

    /** Rows that the client has, of pages it may not have acknowledged whole. */
    List<Long> lastRows() {
        return List.copyOf(lastRows);
    }

    /** Oldest first. */
    List<Sent> unacknowledged() {
        return List.copyOf(kept);
    }
}
