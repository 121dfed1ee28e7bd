package im.restante.streammanagement;

import im.restante.xml.HeapBudget;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Heap for stanzas of all connections together: for those that have not come to their end or are being worked on, for those that wait
 * for their clients to read, or for those that their clients have not proved. Each connection has a share; the beginning of it is
 * always granted, so that whoever needs little never suffers from those who need much. Safe for concurrent use; a share is used by one
 * thread at a time.
 */
public final class StanzaHeap {
    /** What a connection may always have of stanzas on their way in, counted all the same. */
    public static final int GRANTED = 16 * 1024;

    /** The same of stanzas on their way out. */
    public static final int GRANTED_UNREAD = 128 * 1024;

    /** The same of live messages that their client has not proved, and of what is kept for a stream that may be resumed. */
    public static final int GRANTED_UNPROVED = 32 * 1024;

    private final LongSupplier total;
    private final int granted;
    private final AtomicLong taken = new AtomicLong();

    /**
     * @param total   bytes, asked each time: what has been taken stays taken when it becomes less
     * @param granted what a connection may always have
     */
    public StanzaHeap(LongSupplier total, int granted) {
        this.total = total;
        this.granted = granted;
    }

    /** What all connections have taken, in bytes. */
    public long taken() {
        return taken.get();
    }

    /** One connection's: at most a quarter of the whole. */
    public HeapBudget share() {
        return new Share();
    }

    private final class Share implements HeapBudget {
        private long held;

        @Override
        public boolean take(int bytes) {
            long after = held + bytes;
            if (after <= granted) {
                taken.addAndGet(bytes);
            } else if (!tookOfTheRest(bytes, after)) {
                return false;
            }
            held = after;
            return true;
        }

        private boolean tookOfTheRest(int bytes, long after) {
            long most = total.getAsLong();
            if (after > most / 4) {
                return false;
            }
            long before = taken.get();
            while (before <= most - bytes) {
                if (taken.compareAndSet(before, before + bytes)) {
                    return true;
                }
                before = taken.get();
            }
            return false;
        }

        @Override
        public void give(int bytes) {
            held -= bytes;
            taken.addAndGet(-bytes);
        }
    }
}
