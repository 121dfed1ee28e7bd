package im.restante.itests.bench;

import java.util.Arrays;
import java.util.Locale;

/** What the rounds gave. */
final class Figures {
    private final Scenario.Unit unit;
    private final double[] rounds;
    private int count;

    Figures(Scenario.Unit unit, int rounds) {
        this.unit = unit;
        this.rounds = new double[rounds];
    }

    void add(double figure) {
        rounds[count++] = figure;
    }

    double median() {
        double[] sorted = sorted();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private double[] sorted() {
        double[] sorted = Arrays.copyOf(rounds, count);
        Arrays.sort(sorted);
        return sorted;
    }

    /** Median, least and most. */
    @Override
    public String toString() {
        double[] sorted = sorted();
        String format = unit == Scenario.Unit.TIME ? "%.3f" : "%,.0f";
        return String.format(
                Locale.ROOT,
                format + " %s [" + format + " .. " + format + "]",
                median(),
                unit.symbol,
                sorted[0],
                sorted[count - 1]);
    }
}
