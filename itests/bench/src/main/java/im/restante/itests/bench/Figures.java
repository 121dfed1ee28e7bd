package im.restante.itests.bench;

import java.util.Arrays;
import java.util.Locale;

/** What the rounds of one scenario gave. */
final class Figures {
    private final Scenario scenario;
    private final double[] rounds;
    private int count;

    Figures(Scenario scenario, int rounds) {
        this.scenario = scenario;
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
        String format = scenario.unit() == Scenario.Unit.TIME ? "%.3f" : "%,.0f";
        return String.format(
                Locale.ROOT,
                format + " %s [" + format + " .. " + format + "]",
                median(),
                scenario.unit().symbol,
                sorted[0],
                sorted[count - 1]);
    }
}
