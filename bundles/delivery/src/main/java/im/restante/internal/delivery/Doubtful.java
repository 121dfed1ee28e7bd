package im.restante.internal.delivery;

import im.restante.internal.delivery.TermsLines.Ready;
import im.restante.quota.Terms;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * An append of which its store cannot say whether it was done. It is made again, with the same id, until the answer is certain: only
 * then its sender is told.
 *
 * @param terms null: without limit
 * @param store the one that could not say
 * @param tries how many times nobody could say so far
 * @param due   when to make it again, by the component's {@code nanoTime}
 */
record Doubtful(Ready ready, Terms terms, Stores.Named store, int tries, long due) {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int MOST_DOUBLINGS = 5;

    static Doubtful of(Ready ready, Terms terms, Stores.Named store, int tries, long now) {
        return new Doubtful(ready, terms, store, tries, now + pause(tries));
    }

    Doubtful later(long now) {
        return of(ready, terms, store, tries + 1, now);
    }

    /** Doubles up to 8 s; spread, so that not all come at once. */
    private static long pause(int tries) {
        long pause = FIRST_PAUSE_NANOS << Math.min(MOST_DOUBLINGS, tries - 1);
        return pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2);
    }
}
