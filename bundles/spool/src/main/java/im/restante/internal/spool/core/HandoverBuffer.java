package im.restante.internal.spool.core;

import im.restante.spool.Envelope;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** Messages that wait in memory during HANDOVER, oldest first. */
final class HandoverBuffer {
    /** Messages; beyond it the drain goes on through the store. */
    static final int LIMIT = 1024;

    /** Bytes of them. */
    static final long BYTES = 1 << 20;

    private final ArrayDeque<Incoming> waiting = new ArrayDeque<>(0);
    private long bytes;

    /** False if there is no room. */
    boolean add(Incoming message) {
        if (waiting.size() >= LIMIT || bytes + message.bytes() > BYTES) {
            return false;
        }
        bytes += message.bytes();
        return waiting.add(message);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    List<Incoming> all() {
        return List.copyOf(waiting);
    }

    /** The oldest. */
    Incoming poll() {
        Incoming oldest = waiting.poll();
        bytes -= oldest.bytes();
        return oldest;
    }

    /** Takes one out; null if it is not here. */
    Incoming remove(Envelope envelope) {
        for (Iterator<Incoming> all = waiting.iterator(); all.hasNext(); ) {
            Incoming message = all.next();
            if (message.envelope() == envelope) {
                all.remove();
                bytes -= message.bytes();
                return message;
            }
        }
        return null;
    }

    void takeAll(Consumer<Incoming> taker) {
        waiting.forEach(taker);
        waiting.clear();
        bytes = 0;
    }
}
