package im.restante.internal.spool;

import im.restante.jid.Jid;
import im.restante.store.StoredMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** What came back from sessions and waits in memory for a store that does not take it. Safe for concurrent use. */
final class Unstored {
    /** Bytes of all of it; what would go beyond is lost. */
    static final long MOST_BYTES = 64L << 20;

    private record Key(Jid owner, long requeue) {}

    private record Size(long messages, long bytes) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Size> waiting = new HashMap<>(); // guarded by the lock
    private long bytes;

    /** Says what is left of a requeue. False, and nothing is noted, if there is no room for it. */
    boolean set(Jid owner, long requeue, List<StoredMessage> rows) {
        Key key = new Key(owner, requeue);
        long more = rows.stream().mapToLong(StoredMessage::sizeBytes).sum();
        lock.lock();
        try {
            forget(key);
            if (rows.isEmpty()) {
                return true;
            }
            if (bytes + more > MOST_BYTES) {
                return false;
            }
            waiting.put(key, new Size(rows.size(), more));
            bytes += more;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is left of it. */
    void remove(Jid owner, long requeue) {
        lock.lock();
        try {
            forget(new Key(owner, requeue));
        } finally {
            lock.unlock();
        }
    }

    private void forget(Key key) {
        Size before = waiting.remove(key);
        bytes -= before == null ? 0 : before.bytes();
    }

    /** Messages: lost if the server ends now. */
    long count() {
        lock.lock();
        try {
            return waiting.values().stream().mapToLong(Size::messages).sum();
        } finally {
            lock.unlock();
        }
    }
}
