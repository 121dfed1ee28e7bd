package im.restante.metric;

import java.util.ArrayList;
import java.util.List;

/**
 * How often something had which size. Made by {@link #of}.
 *
 * @param bounds the largest size of each bucket but the last, ascending, in the unit of the metric
 * @param counts how many fell into each bucket, and at the end how many were larger than all bounds: one more than {@code bounds}
 * @param sum    of all sizes
 */
public record Distribution(List<Double> bounds, List<Long> counts, double sum) {
    public Distribution {
        bounds = List.copyOf(bounds);
        counts = List.copyOf(counts);
        if (counts.size() != bounds.size() + 1) {
            throw new IllegalArgumentException(
                    "there is one count more than bounds, not " + counts.size() + " for " + bounds.size());
        }
        for (int i = 0; i < bounds.size(); i++) {
            if (!Double.isFinite(bounds.get(i)) || i > 0 && bounds.get(i) <= bounds.get(i - 1)) {
                throw new IllegalArgumentException("bounds are finite and ascend: " + bounds);
            }
        }
        if (counts.stream().anyMatch(count -> count < 0)) {
            throw new IllegalArgumentException("a count is 0 or more: " + counts);
        }
    }

    /**
     * Of what was counted.
     *
     * @param bounds the largest size of each bucket but the last, ascending, in the unit of the metric
     * @param counts how many fell into each bucket, each counted in one: one more than {@code bounds}
     * @param sum    of all sizes
     */
    public static Distribution of(double[] bounds, long[] counts, double sum) {
        List<Double> ends = new ArrayList<>(bounds.length);
        for (double bound : bounds) {
            ends.add(bound);
        }
        List<Long> numbers = new ArrayList<>(counts.length);
        for (long count : counts) {
            numbers.add(count);
        }
        return new Distribution(ends, numbers, sum);
    }

    /** How many there were. */
    public long count() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }
}
