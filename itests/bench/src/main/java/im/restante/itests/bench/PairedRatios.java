package im.restante.itests.bench;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * How many times as fast one server was as the other, pair by pair, and what that says of the median.
 *
 * <p>The interval assumes nothing about how the ratios are distributed. Each of {@code n} independent ratios lies below the true
 * median with probability 1/2, so the number of those that do is binomial; the true median therefore lies between the {@code k}-th
 * smallest and the {@code k}-th largest with probability {@code 1 - 2 * P(Bin(n, 1/2) < k)}. The interval is the one with the largest
 * {@code k} for which this is at least 95 %. It is exact, and there is none for fewer than six pairs.
 */
final class PairedRatios {
    /** Pairs that a verdict in favour needs. */
    static final int PAIRS_WANTED = 15;
    /** Ends of an interval may lie so far apart, as a ratio, and still tell something about a demand that lies between them. */
    static final double WIDEST = 1.10;

    private static final BigInteger ONE_IN = BigInteger.valueOf(20); // outside of 95 %

    private final double[] sorted;

    /** @param ratios at least one, in any order */
    PairedRatios(double... ratios) {
        sorted = ratios.clone();
        Arrays.sort(sorted);
    }

    /** What the ratios say about a demand. */
    enum Verdict {
        NOT_SLOWER("not slower"),
        SLOWER("slower"),
        UNKNOWN("cannot tell, more rounds needed");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        /** The one to report for both. */
        Verdict and(Verdict other) {
            return this == SLOWER || other == NOT_SLOWER ? this : other;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /**
     * Where the true median lies.
     *
     * @param coverage probability that it does, 0.95 or more
     */
    record Interval(double low, double high, double coverage) {}

    double median() {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double least() {
        return sorted[0];
    }

    double most() {
        return sorted[sorted.length - 1];
    }

    /** Empty for fewer than six pairs, which tell too little. */
    Optional<Interval> interval() {
        int n = sorted.length;
        BigInteger all = BigInteger.TWO.pow(n);
        BigInteger term = BigInteger.ONE; // n over k
        BigInteger below = BigInteger.ZERO; // ways to have fewer than k on one side
        int k = 0;
        for (BigInteger next = term; isSmall(next, all); next = below.add(term)) {
            below = next;
            k++;
            term = term.multiply(BigInteger.valueOf(n - k + 1)).divide(BigInteger.valueOf(k));
        }
        if (k == 0) {
            return Optional.empty();
        }
        double outside = new BigDecimal(below.shiftLeft(1))
                .divide(new BigDecimal(all), MathContext.DECIMAL64)
                .doubleValue();
        return Optional.of(new Interval(sorted[k - 1], sorted[n - k], 1 - outside));
    }

    /** Whether both tails together have at most 5 % of all. */
    private static boolean isSmall(BigInteger oneTail, BigInteger all) {
        return oneTail.shiftLeft(1).multiply(ONE_IN).compareTo(all) <= 0;
    }

    /**
     * Slower if the whole interval lies below {@code demand}; not slower if it reaches it, of {@value #PAIRS_WANTED} pairs at least;
     * unknown with fewer, and where the interval has the demand inside and is so wide ({@link #WIDEST}) that it reaches anything.
     */
    Verdict verdict(double demand) {
        Interval interval = interval().orElse(null);
        if (interval == null) {
            return Verdict.UNKNOWN;
        }
        if (interval.high() < demand) {
            return Verdict.SLOWER;
        }
        boolean tells = interval.low() >= demand || interval.high() <= interval.low() * WIDEST;
        return tells && sorted.length >= PAIRS_WANTED ? Verdict.NOT_SLOWER : Verdict.UNKNOWN;
    }

    @Override
    public String toString() {
        String interval = interval()
                .map(i -> String.format(
                        Locale.ROOT,
                        "95 %% interval %.3f .. %.3f (exactly %.1f %%)",
                        i.low(),
                        i.high(),
                        100 * i.coverage()))
                .orElse("no 95 % interval of so few");
        return String.format(
                Locale.ROOT,
                "%d pairs: median ratio %.3f, %s, least %.3f, most %.3f",
                sorted.length,
                median(),
                interval,
                least(),
                most());
    }
}
