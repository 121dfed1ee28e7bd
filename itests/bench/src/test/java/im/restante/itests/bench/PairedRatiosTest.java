package im.restante.itests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.bench.PairedRatios.Interval;
import im.restante.itests.bench.PairedRatios.Verdict;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairedRatiosTest {
    /** Computed apart from this, as sums of binomial coefficients; one rank further in is always below 95 %. */
    @ParameterizedTest(name = "{0} pairs: from the {1}. smallest to the {1}. largest, {2}")
    @CsvSource({
        "6, 1, 0.96875",
        "8, 1, 0.9921875",
        "9, 2, 0.9609375",
        "10, 2, 0.978515625",
        "15, 4, 0.96484375",
        "20, 6, 0.958610534668",
        "25, 8, 0.956714749336",
        "30, 10, 0.957226054743",
        "100, 40, 0.964799799782"
    })
    void theIntervalRunsBetweenTheRanksOfTheSignTest(int pairs, int rank, double coverage) {
        Interval interval = new PairedRatios(ranks(pairs)).interval().orElseThrow();
        assertEquals(rank, interval.low());
        assertEquals(pairs + 1 - rank, interval.high());
        assertEquals(coverage, interval.coverage(), 1e-9);
    }

    @Test
    void fewerThanSixPairsTellNothing() {
        for (int pairs = 1; pairs < 6; pairs++) {
            PairedRatios ratios = new PairedRatios(ranks(pairs));
            assertTrue(ratios.interval().isEmpty());
            assertEquals(Verdict.UNKNOWN, ratios.verdict(0.97));
        }
    }

    @Test
    void theTrueMedianLiesInTheIntervalAsOftenAsItSays() {
        Random random = new Random(11);
        int tries = 20_000;
        long inside = IntStream.range(0, tries)
                .mapToObj(n -> new PairedRatios(DoubleStream.generate(() -> Math.exp(random.nextGaussian()))
                                .limit(15)
                                .toArray())
                        .interval()
                        .orElseThrow())
                .filter(interval -> interval.low() <= 1 && 1 <= interval.high())
                .count();
        assertEquals(0.96484375, inside / (double) tries, 0.005);
    }

    @Test
    void medianLeastAndMostDoNotDependOnTheOrder() {
        Double[] shuffled = {1.02, 0.9, 1.0, 1.5};
        for (int n = 0; n < 10; n++) {
            Collections.shuffle(Arrays.asList(shuffled), new Random(n));
            PairedRatios ratios = new PairedRatios(
                    Arrays.stream(shuffled).mapToDouble(Double::doubleValue).toArray());
            assertEquals(1.01, ratios.median(), 1e-9);
            assertEquals(0.9, ratios.least());
            assertEquals(1.5, ratios.most());
        }
    }

    /** Of 15 pairs the fourth from either end counts. */
    @ParameterizedTest(name = "interval {0} .. {1}: {2}")
    @CsvSource({
        "0.90, 0.969, SLOWER", // all of it below
        "0.90, 0.97, NOT_SLOWER", // reaches it
        "0.96, 1.03, NOT_SLOWER",
        "0.98, 1.50, NOT_SLOWER", // wide, but all of it is good enough
        "0.90, 1.00, UNKNOWN", // reaches it by being wide
        "0.50, 0.969, SLOWER"
    })
    void anIntervalThatReachesTheDemandIsNotSlower(double low, double high, Verdict verdict) {
        assertEquals(verdict, between(low, high, 15).verdict(0.97));
    }

    @Test
    void fewerPairsThanWantedMayConvictButNotAcquit() {
        assertEquals(Verdict.SLOWER, between(0.80, 0.90, 14).verdict(0.97));
        assertEquals(Verdict.UNKNOWN, between(1.00, 1.01, 14).verdict(0.97));
        assertEquals(Verdict.NOT_SLOWER, between(1.00, 1.01, 15).verdict(0.97));
    }

    @Test
    void ofSeveralVerdictsTheWorstCounts() {
        assertEquals(Verdict.SLOWER, Verdict.UNKNOWN.and(Verdict.SLOWER));
        assertEquals(Verdict.SLOWER, Verdict.SLOWER.and(Verdict.UNKNOWN));
        assertEquals(Verdict.UNKNOWN, Verdict.NOT_SLOWER.and(Verdict.UNKNOWN));
        assertEquals(Verdict.UNKNOWN, Verdict.UNKNOWN.and(Verdict.NOT_SLOWER));
        assertEquals(Verdict.NOT_SLOWER, Verdict.NOT_SLOWER.and(Verdict.NOT_SLOWER));
    }

    private static double[] ranks(int pairs) {
        return IntStream.rangeClosed(1, pairs).asDoubleStream().toArray();
    }

    private static PairedRatios between(double low, double high, int pairs) {
        double[] ratios = new double[pairs];
        Arrays.fill(ratios, 0, 4, low);
        Arrays.fill(ratios, 4, pairs - 4, (low + high) / 2);
        Arrays.fill(ratios, pairs - 4, pairs, high);
        return new PairedRatios(ratios);
    }
}
