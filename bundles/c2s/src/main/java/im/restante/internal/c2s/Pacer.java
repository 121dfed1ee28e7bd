package im.restante.internal.c2s;

import im.restante.limit.Rates;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Reads one client no faster than its rates: two token buckets of its own, so that connections share nothing here. What was read is
 * paid for afterwards, by a pause of the reader's thread; a change of the rates is noticed within a second. All but {@link #end} and
 * {@link #isPausing} is for that thread only.
 */
final class Pacer {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<Rates> source;
    private final LongSupplier nanoTime;
    private final LongConsumer park;
    private final Bucket bytes;
    private final Bucket stanzas;
    private long askedAt;
    private volatile Thread pausing;
    private volatile boolean ended;

    /** @param source is asked once a second, while the client sends something */
    Pacer(Supplier<Rates> source, LongSupplier nanoTime) {
        this(source, nanoTime, LockSupport::parkNanos);
    }

    /** @param park blocks the calling thread for so many nanoseconds, or until it is unparked */
    Pacer(Supplier<Rates> source, LongSupplier nanoTime, LongConsumer park) {
        this.source = source;
        this.nanoTime = nanoTime;
        this.park = park;
        long now = nanoTime.getAsLong();
        bytes = new Bucket(now);
        stanzas = new Bucket(now);
        askedAt = now - SECOND;
    }

    /** That many bytes were read; blocks until more may be. */
    void bytes(int count) {
        if (!ended) {
            long now = nanoTime.getAsLong();
            ask(now);
            taken(bytes, count, now);
        }
    }

    /** A child of the stream was read; blocks until one more may be. Costs nothing where there is no limit. */
    void stanza() {
        if (!ended && !stanzas.isUnlimited()) {
            taken(stanzas, 1, nanoTime.getAsLong());
        }
    }

    private void taken(Bucket bucket, long count, long then) {
        long now = then;
        bucket.take(count, now);
        long pause = bucket.pause(now);
        if (pause <= 0) {
            return;
        }
        pausing = Thread.currentThread();
        while (pause > 0 && !ended && !Thread.currentThread().isInterrupted()) {
            park.accept(Math.min(pause, SECOND));
            now = nanoTime.getAsLong();
            ask(now);
            pause = bucket.pause(now);
        }
        pausing = null;
    }

    private void ask(long now) {
        if (now - askedAt >= SECOND) {
            askedAt = now;
            Rates rates = source.get();
            bytes.rate(rates.bytes(), now);
            stanzas.rate(rates.stanzas(), now);
        }
    }

    /** Whether the client is not read at this moment, for having sent too much. */
    boolean isPausing() {
        return pausing != null;
    }

    /** Pauses no more: what comes from here on costs nothing, or the connection is gone. */
    void end() {
        ended = true;
        LockSupport.unpark(pausing);
    }

    /** Holds what a burst may use up, and fills at the rate; what was taken beyond is a debt. */
    private static final class Bucket {
        private long rate = -1;
        private double tokens;
        private long filledAt;

        private Bucket(long now) {
            filledAt = now;
        }

        private boolean isUnlimited() {
            return rate < 0;
        }

        private void rate(long other, long now) {
            if (other == rate) {
                return;
            }
            fill(now);
            boolean first = rate < 0;
            rate = other;
            tokens = first ? most() : Math.min(tokens, most());
        }

        private double most() {
            return (double) rate * Rates.BURST_SECONDS;
        }

        private void fill(long now) {
            if (rate >= 0) {
                tokens = Math.min(most(), tokens + (double) (now - filledAt) / SECOND * rate);
            }
            filledAt = now;
        }

        private void take(long count, long now) {
            fill(now);
            if (rate >= 0) {
                tokens -= count;
            }
        }

        /** @return nanoseconds until the debt is paid; 0 if there is none */
        private long pause(long now) {
            fill(now);
            return rate < 0 || tokens >= 0 ? 0 : (long) Math.ceil(-tokens / rate * SECOND);
        }
    }
}
