package im.restante.internal.session.owner;

import im.restante.store.StoredMessage;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** How much waits in memory for a store that does not take what came back from sessions. Safe for concurrent use. */
final class Unstored {
    /** Bytes; what comes beyond them is lost. */
    static final long MOST_BYTES = 64L << 20;

    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong count = new AtomicLong();

    /** False if there is no room. */
    boolean admit(List<StoredMessage> rows) {
        long more = Drain.bytes(rows);
        if (bytes.addAndGet(more) > MOST_BYTES) {
            bytes.addAndGet(-more);
            return false;
        }
        count.addAndGet(rows.size());
        return true;
    }

    /** The store has taken them. */
    void stored(List<StoredMessage> rows) {
        bytes.addAndGet(-Drain.bytes(rows));
        count.addAndGet(-rows.size());
    }

    /** Messages. */
    long count() {
        return count.get();
    }
}
