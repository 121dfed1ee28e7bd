package im.restante.internal.c2s;

import im.restante.session.Outbound;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Our side's count of stream management (XEP-0198 §4): the stanzas sent since it was enabled, of which those a spool would keep
 * are kept until the client has acknowledged them. Stored messages are counted only: their rows are still in the spool. Guarded by
 * the lock of the queue.
 */
final class SentStanzas {
    /** Stanzas after which the client is asked again. */
    static final int ASK_EVERY = 100;

    private static final long MODULUS = 1L << 32;

    private final ArrayDeque<Sent> kept = new ArrayDeque<>(4);
    private long bytes;
    private long sent;
    private long acknowledged;
    private long asked;

    private record Sent(long number, Outbound stanza) {}

    SentStanzas() {
        this(0);
    }

    /** @param count stanzas sent and acknowledged before */
    SentStanzas(long count) {
        sent = count;
        acknowledged = count;
        asked = count;
    }

    /** @param live null for anything but a live message that a spool would keep */
    void sent(Outbound live) {
        sent++;
        if (live != null) {
            kept.add(new Sent(sent, live));
            bytes += live.xml().length;
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
            bytes -= kept.poll().stanza.xml().length;
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

    int kept() {
        return kept.size();
    }

    long keptBytes() {
        return bytes;
    }

    /** Oldest first. */
    List<Outbound> unacknowledged() {
        return kept.stream().map(Sent::stanza).toList();
    }
}
