package im.restante.streammanagement;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Room for stanzas whose verdict is open, on all connections together. Every connection has a share of its own, which it may use
 * however full the room is; only beyond that it waits for the others, in turn. So a flood is slowed down and memory is bounded, and
 * nobody stands still because of verdicts of somebody else that never come. Safe for concurrent use; nobody waits here: who waits
 * is woken.
 */
public final class VerdictRoom {
    /** Bytes of one unit, begun. */
    static final int UNIT_BYTES = 4 * 1024;

    /**
     * Units of all connections beyond which a connection that has its share waits: half of what a store takes before it calls
     * itself busy.
     */
    static final int MOST = 4_096;

    /** Units that a connection may always have open. */
    public static final int SHARE = 16;

    private final int most;
    private final AtomicInteger taken = new AtomicInteger();
    private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    VerdictRoom() {
        this(MOST);
    }

    VerdictRoom(int most) {
        this.most = most;
    }

    /** What a stanza of that size takes. */
    static int units(long bytes) {
        return (int) Math.min(MOST, 1 + bytes / UNIT_BYTES);
    }

    /** Never refuses: who takes asks {@link #isFull} before it takes more. */
    void take(int units) {
        taken.addAndGet(units);
    }

    /** Verdicts have come, or their connection has ended: as many others go on as there are units to be had. */
    void give(int units) {
        taken.addAndGet(-units);
        for (int i = 0; i < units && !waiting.isEmpty(); i++) {
            wakeNext();
        }
    }

    private void wakeNext() {
        Runnable next = isFull() ? null : waiting.poll();
        if (next != null) {
            next.run();
        }
    }

    public boolean isFull() {
        return taken.get() >= most;
    }

    /** Units taken. */
    public int taken() {
        return taken.get();
    }

    /** @param wake called once, when there is room again; ask {@link #isFull} after this, for it may have come just before */
    void await(Runnable wake) {
        waiting.add(wake);
    }

    /** It does not wait any more; if it was woken, and there is room, the next may look, too. */
    void leave(Runnable wake) {
        if (!waiting.remove(wake)) {
            wakeNext();
        }
    }
}
