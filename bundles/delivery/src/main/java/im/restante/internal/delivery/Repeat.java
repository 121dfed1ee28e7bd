package im.restante.internal.delivery;

import im.restante.internal.delivery.TermsLines.Ready;
import im.restante.jid.Jid;
import im.restante.quota.Terms;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * An append that has to be made again, with the same id: its store could not say whether it was done, or went before it began with it.
 * The sender is told as soon as the answer is certain.
 *
 * @param terms null: without limit
 * @param store {@code store.id} of the one that was asked last; null: whatever a delivery before this one had
 * @param tries how often it was made so far
 * @param due   when to make it again, by the component's {@code nanoTime}
 */
record Repeat(Ready ready, Terms terms, String store, int tries, long due) {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int MOST_DOUBLINGS = 5;

    static Repeat of(Ready ready, Terms terms, String store, int tries, long now) {
        return new Repeat(ready, terms, store, tries, now + pause(tries));
    }

    /** One that a delivery before this one had begun with. */
    static Repeat inherited(Ready ready, long now) {
        return new Repeat(ready, null, null, 0, now);
    }

    /** For want of a store, which is looked for again soon: nothing was tried. */
    Repeat waiting(long now) {
        return new Repeat(ready, terms, store, tries, now + pause(1));
    }

    Jid owner() {
        return ready.owner();
    }

    long id() {
        return ready.pending().row.id();
    }

    /** Doubles up to 8 s; spread, so that not all come at once. */
    static long pause(int tries) {
        long pause = FIRST_PAUSE_NANOS << Math.min(MOST_DOUBLINGS, tries - 1);
        return pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2);
    }
}
