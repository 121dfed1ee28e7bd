package im.restante.internal.why;

import im.restante.jid.Jid;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * The newest entries, bounded in number and in bytes; the oldest make room. In stripes by owner, so that threads seldom meet and a
 * flood for one owner does not wash all others away. Adding takes no lock: a place is claimed, then one object is put there.
 */
final class Ring {
    /** What a place stands for; a larger entry takes several, so that the number of places bounds the bytes. */
    static final int PLACE_BYTES = 512;

    private static final int STRIPES = 4;

    private final Stripe[] stripes = new Stripe[STRIPES];

    /** @param places how many entries of {@link #PLACE_BYTES} at most */
    Ring(int places) {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe(places / STRIPES);
        }
    }

    /** How many places an entry takes. */
    static int places(int bytes) {
        return (bytes + PLACE_BYTES - 1) / PLACE_BYTES;
    }

    /** A place for an entry about {@code owner}, behind all others; the clock is to be looked at afterwards. */
    long claim(Jid owner, int places) {
        return stripe(owner).claim(places);
    }

    /** @param places as claimed for it */
    void put(Entry entry, int places) {
        stripe(entry.owner()).put(entry, places);
    }

    /** All entries, oldest first among those of one owner. */
    void forEach(Consumer<Entry> reader) {
        for (Stripe stripe : stripes) {
            stripe.kept().forEach(reader);
        }
    }

    /** Since when everything about {@code owner} is known, in milliseconds since 1970; 0 for ever. */
    long reachesBackTo(Jid owner) {
        return stripe(owner).reachesBackTo();
    }

    /** The same for everybody. */
    long reachesBackTo() {
        long latest = 0;
        for (Stripe stripe : stripes) {
            latest = Math.max(latest, stripe.reachesBackTo());
        }
        return latest;
    }

    private Stripe stripe(Jid owner) {
        int hash = owner.hashCode();
        return stripes[(hash ^ hash >>> 16) & STRIPES - 1];
    }

    private static final class Stripe {
        private final AtomicLong next = new AtomicLong();
        private final AtomicReferenceArray<Entry> entries;

        Stripe(int places) {
            entries = new AtomicReferenceArray<>(places);
        }

        long claim(int places) {
            return next.getAndAdd(places);
        }

        void put(Entry entry, int places) {
            set(entry.place(), entry);
            for (int more = 1; more < places; more++) {
                set(entry.place() + more, null);
            }
        }

        /** Unless a later one is there: this thread was overtaken by a whole turn. */
        private void set(long place, Entry entry) {
            int index = (int) (place % entries.length());
            Entry there = entries.getAcquire(index);
            while ((there == null || there.place() < place) && !entries.weakCompareAndSetRelease(index, there, entry)) {
                there = entries.getAcquire(index);
            }
        }

        /** In the order of their places. */
        List<Entry> kept() {
            long oldest = next.get() - entries.length(); // what stands before is only not overwritten yet
            List<Entry> kept = new ArrayList<>(entries.length());
            for (int i = 0; i < entries.length(); i++) {
                Entry entry = entries.getAcquire(i);
                if (entry != null && entry.place() >= oldest) {
                    kept.add(entry);
                }
            }
            kept.sort(Comparator.comparingLong(Entry::place));
            return kept;
        }

        long reachesBackTo() {
            List<Entry> kept = kept();
            return next.get() <= entries.length() || kept.isEmpty()
                    ? 0
                    : kept.get(0).millis();
        }
    }
}
