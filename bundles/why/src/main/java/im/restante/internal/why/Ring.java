package im.restante.internal.why;

import im.restante.jid.Jid;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The newest entries, bounded in number and in bytes; the oldest make room. In stripes by owner, so that threads seldom meet and a
 * flood for one owner does not wash all others away. Adding takes one short lock and makes nothing.
 */
final class Ring {
    private static final int STRIPES = 4;

    private final Stripe[] stripes = new Stripe[STRIPES];

    /**
     * @param entries at most
     * @param bytes   as {@link Entry#bytes} counts, at most; an entry larger than its stripe's share stands alone in it
     */
    Ring(int entries, long bytes) {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe(entries / STRIPES, bytes / STRIPES);
        }
    }

    void add(Entry entry) {
        stripe(entry.owner()).add(entry);
    }

    /** All entries, oldest first among those of one owner. */
    void forEach(Consumer<Entry> reader) {
        for (Stripe stripe : stripes) {
            stripe.snapshot().forEach(reader);
        }
    }

    /** Since when nothing about {@code owner} has been forgotten, in milliseconds since 1970; 0 for ever. */
    long reachesBackTo(Jid owner) {
        return stripe(owner).forgotten();
    }

    /** The same for everybody. */
    long reachesBackTo() {
        long latest = 0;
        for (Stripe stripe : stripes) {
            latest = Math.max(latest, stripe.forgotten());
        }
        return latest;
    }

    private Stripe stripe(Jid owner) {
        int hash = owner.hashCode();
        return stripes[(hash ^ hash >>> 16) & STRIPES - 1];
    }

    private static final class Stripe {
        private final ReentrantLock lock = new ReentrantLock();
        private final Entry[] entries;
        private final long most;
        private int oldest;
        private int count;
        private long bytes;
        private long forgotten;

        Stripe(int entries, long most) {
            this.entries = new Entry[entries];
            this.most = most;
        }

        void add(Entry entry) {
            int size = entry.bytes();
            lock.lock();
            try {
                while (count > 0 && (count == entries.length || bytes + size > most)) {
                    forgetOldest();
                }
                entries[(oldest + count) % entries.length] = entry;
                count++;
                bytes += size;
            } finally {
                lock.unlock();
            }
        }

        private void forgetOldest() {
            Entry gone = entries[oldest];
            entries[oldest] = null;
            oldest = (oldest + 1) % entries.length;
            count--;
            bytes -= gone.bytes();
            forgotten = Math.max(forgotten, gone.millis());
        }

        List<Entry> snapshot() {
            lock.lock();
            try {
                Entry[] copy = new Entry[count];
                for (int i = 0; i < count; i++) {
                    copy[i] = entries[(oldest + i) % entries.length];
                }
                return List.of(copy);
            } finally {
                lock.unlock();
            }
        }

        long forgotten() {
            lock.lock();
            try {
                return forgotten;
            } finally {
                lock.unlock();
            }
        }
    }
}
