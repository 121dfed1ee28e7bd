package im.restante.internal.support;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long to wait between tries: twice as long after each failure, up to a bound, and each time a little more or less, so that
 * those who failed together do not come back together. Immutable.
 *
 * @param first  pause after the first failure; more than zero
 * @param most   bound of the pause, before the jitter
 * @param jitter part of a pause by which it may differ, 0 to less than 1
 */
public record RetryPolicy(Duration first, Duration most, double jitter) {
    /** For what may be away for long: half a second, doubling to 30 s, a quarter more or less. */
    public static final RetryPolicy PATIENT = new RetryPolicy(Duration.ofMillis(500), Duration.ofSeconds(30), 0.25);

    /** For what others wait for: the pause is never longer than 2 s, jitter included. */
    public static final RetryPolicy PROMPT = new RetryPolicy(Duration.ofMillis(250), Duration.ofMillis(1_600), 0.25);

    private static final int MOST_DOUBLINGS = 40;

    public RetryPolicy {
        requireNonNull(most, "most");
        if (first.isNegative() || first.isZero() || !(jitter >= 0 && jitter < 1)) {
            throw new IllegalArgumentException("first=" + first + ", jitter=" + jitter);
        }
    }

    /**
     * The pause after a number of failures in a row.
     *
     * @param failures 1 or more
     * @param random   0 to less than 1
     */
    public Duration pause(int failures, double random) {
        double doubled = first.toNanos() * Math.pow(2, Math.min(Math.max(failures, 1) - 1, MOST_DOUBLINGS));
        double bounded = Math.min(doubled, most.toNanos());
        return Duration.ofNanos(Math.round(bounded * (1 - jitter + 2 * jitter * random)));
    }
}
