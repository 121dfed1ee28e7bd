package im.restante.internal.why;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The newest entries, bounded in number and in bytes; the oldest make room. In stripes by owner, so that threads seldom meet and a
 * flood for one owner does not wash all others away. Adding takes no lock: a place is claimed, then the entry is copied there.
 */
final class Ring {
    /** What a place holds; a longer entry takes several. */
    static final int PLACE_CHARACTERS = 96;

    private static final int STRIPES = 4;

    private final int placesEach;
    /** Each is made when it is needed: a server for which nothing has come yet stays small. */
    private final AtomicReferenceArray<Stripe> stripes = new AtomicReferenceArray<>(STRIPES);

    /** @param places how many entries of {@link #PLACE_CHARACTERS} at most */
    Ring(int places) {
        placesEach = places / STRIPES;
    }

    /** How many places a text takes. */
    static int places(int characters) {
        return Math.max(1, (characters + PLACE_CHARACTERS - 1) / PLACE_CHARACTERS);
    }

    /** A place for an entry about {@code owner}, behind all others; the clock is to be looked at afterwards. */
    long claim(String owner, int places) {
        return stripe(owner).claim(places);
    }

    /** @param place the first of those that were claimed for it */
    void put(long place, Entry entry) {
        stripe(entry.owner()).put(place, entry);
    }

    /** All entries, oldest first among those of one owner. */
    void forEach(Reader reader) {
        for (int i = 0; i < STRIPES; i++) {
            stripe(i).kept(i, reader);
        }
    }

    /** Is shown entries. */
    @FunctionalInterface
    interface Reader {
        /**
         * @param place grows within a stripe from each entry to the next, and is nobody else's there
         */
        void read(int stripe, long place, Entry entry);
    }

    /** Since when everything about {@code owner} is known, in milliseconds since 1970; 0 for ever. */
    long reachesBackTo(String owner) {
        return stripe(owner).reachesBackTo();
    }

    /** The same for everybody. */
    long reachesBackTo() {
        long latest = 0;
        for (int i = 0; i < STRIPES; i++) {
            latest = Math.max(latest, stripe(i).reachesBackTo());
        }
        return latest;
    }

    private Stripe stripe(String owner) {
        int hash = owner.hashCode();
        return stripe((hash ^ hash >>> 16) & STRIPES - 1);
    }

    private Stripe stripe(int number) {
        Stripe there = stripes.getAcquire(number);
        if (there != null) {
            return there;
        }
        stripes.compareAndSet(number, null, new Stripe(placesEach));
        return stripes.get(number);
    }

    /**
     * Places are numbered without end and used in turn. {@code states} tells what is in each: 0 nothing yet, {@code n + 1} what
     * belongs to place number n, {@code -(n + 1)} that this is being written. A reader looks before and after.
     */
    private static final class Stripe {
        /** Of a cache, with the one that is fetched with it, in longs. */
        private static final int LINE = 16;

        private static final VarHandle STATE = MethodHandles.arrayElementVarHandle(long[].class);

        /** One number, with nothing beside it in its cache line that another processor reads. */
        private final AtomicLongArray next = new AtomicLongArray(2 * LINE);

        private final int places;
        private final long[] states;
        private final long[] numbers;
        private final char[] text;

        Stripe(int places) {
            this.places = places;
            states = new long[places];
            numbers = new long[places * Packed.NUMBERS];
            text = new char[places * PLACE_CHARACTERS];
        }

        long claim(int count) {
            return next.getAndAdd(LINE, count);
        }

        void put(long place, Entry entry) {
            int count = places(Packed.characters(entry));
            if (count > 1) {
                put(place, count, entry);
                return;
            }
            int at = begin(place);
            if (at >= 0) {
                Packed.write(entry, numbers, at * Packed.NUMBERS, text, at * PLACE_CHARACTERS);
                end(at, place);
            }
        }

        private void put(long place, int count, Entry entry) {
            long[] its = new long[Packed.NUMBERS];
            char[] whole = new char[count * PLACE_CHARACTERS];
            Packed.write(entry, its, 0, whole, 0);
            for (int i = 0; i < count; i++) {
                int at = begin(place + i);
                if (at >= 0) {
                    System.arraycopy(its, 0, numbers, at * Packed.NUMBERS, Packed.NUMBERS);
                    System.arraycopy(whole, i * PLACE_CHARACTERS, text, at * PLACE_CHARACTERS, PLACE_CHARACTERS);
                    end(at, place + i);
                }
                its[0] = Packed.CONTINUED;
            }
        }

        /** Where to write; -1 if this thread was overtaken by a whole turn, or overtakes one: then the entry is left out. */
        private int begin(long place) {
            int at = (int) (place % places);
            long there = (long) STATE.getAcquire(states, at);
            if (there < 0 || there > place || !STATE.compareAndSet(states, at, there, -(place + 1))) {
                return -1;
            }
            VarHandle.storeStoreFence(); // nothing of the new entry is seen before its state
            return at;
        }

        private void end(int at, long place) {
            STATE.setRelease(states, at, place + 1);
        }

        /** In the order of their places. */
        void kept(int stripe, Reader reader) {
            long end = next.get(LINE);
            for (long place = Math.max(0, end - places); place < end; place++) {
                Entry entry = entry(place);
                if (entry != null) {
                    reader.read(stripe, place, entry);
                }
            }
        }

        /** Null where none begins, or it is not whole. */
        private Entry entry(long place) {
            long[] its = new long[Packed.NUMBERS];
            char[] whole = new char[PLACE_CHARACTERS];
            if (!read(place, its, whole, 0) || its[0] == Packed.CONTINUED) {
                return null;
            }
            int count = places(Packed.characters(its[0]));
            whole = Arrays.copyOf(whole, count * PLACE_CHARACTERS);
            for (int i = 1; i < count; i++) {
                if (!read(place + i, new long[Packed.NUMBERS], whole, i * PLACE_CHARACTERS)) {
                    return null;
                }
            }
            return Packed.read(its, whole);
        }

        private boolean read(long place, long[] itsNumbers, char[] itsText, int offset) {
            int at = (int) (place % places);
            if ((long) STATE.getAcquire(states, at) != place + 1) {
                return false;
            }
            System.arraycopy(numbers, at * Packed.NUMBERS, itsNumbers, 0, Packed.NUMBERS);
            System.arraycopy(text, at * PLACE_CHARACTERS, itsText, offset, PLACE_CHARACTERS);
            VarHandle.loadLoadFence();
            return (long) STATE.getOpaque(states, at) == place + 1;
        }

        long reachesBackTo() {
            long end = next.get(LINE);
            if (end <= places) {
                return 0;
            }
            for (long place = end - places; place < end; place++) {
                Entry entry = entry(place);
                if (entry != null) {
                    return entry.millis();
                }
            }
            return 0;
        }
    }
}
