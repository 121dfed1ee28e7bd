package im.restante.internal.support;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts by size, in buckets that are fixed at the beginning. To count one takes no lock and leaves no object behind. Safe for
 * concurrent use; what is read while others count may miss the latest of them.
 */
public final class Histogram {
    /** For times of an answer, in seconds: half a millisecond to 10 s. */
    public static final double[] TIMES = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
    };

    private final double[] bounds;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    /** @param bounds the largest size of each bucket but the last, ascending */
    public Histogram(double... bounds) {
        this.bounds = bounds.clone();
        this.counts = new LongAdder[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /** One of that size. */
    public void add(double size) {
        int bucket = 0;
        while (bucket < bounds.length && size > bounds[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sum.add(size);
    }

    public double[] bounds() {
        return bounds.clone();
    }

    /** How many fell into each bucket; one more than bounds. */
    public long[] counts() {
        long[] now = new long[counts.length];
        for (int i = 0; i < now.length; i++) {
            now[i] = counts[i].sum();
        }
        return now;
    }

    /** Of all sizes. */
    public double sum() {
        return sum.sum();
    }
}
