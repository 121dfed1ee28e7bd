package im.restante.internal.session.owner;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Messages that wait in memory during HANDOVER, oldest first. */
final class Held {
    /** Beyond it the drain goes on through the store. */
    static final int LIMIT = 1024;

    /** Bytes of them. */
    static final long BYTES = 1 << 20;

    private final ArrayDeque<Append> waiting = new ArrayDeque<>(0);
    private long bytes;

    /** False if there is no room. */
    boolean add(Append append) {
        if (waiting.size() >= LIMIT || bytes + append.bytes() > BYTES) {
            return false;
        }
        bytes += append.bytes();
        return waiting.add(append);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    /** Takes the oldest ones out, until one is refused. */
    void takeWhile(Predicate<Append> taken) {
        for (Append a = waiting.peek(); a != null && taken.test(a); a = waiting.peek()) {
            bytes -= waiting.poll().bytes();
        }
    }

    void takeAll(Consumer<Append> taker) {
        waiting.forEach(taker);
        waiting.clear();
        bytes = 0;
    }
}
