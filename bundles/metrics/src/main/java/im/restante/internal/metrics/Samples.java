package im.restante.internal.metrics;

import static java.util.Objects.requireNonNull;

import im.restante.metric.Distribution;
import im.restante.metric.Label;
import im.restante.metric.Metric;
import im.restante.metric.MetricSink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What one source tells. */
final class Samples implements MetricSink {
    private final List<Sample> told = new ArrayList<>();

    List<Sample> told() {
        return List.copyOf(told);
    }

    @Override
    public void value(Metric metric, double value, Label... labels) {
        if (metric.kind() == Metric.Kind.HISTOGRAM) {
            throw new IllegalArgumentException(metric.name() + " is a histogram, which has distributions");
        }
        told.add(new Sample(metric, sorted(metric, labels), value, null));
    }

    @Override
    public void distribution(Metric metric, Distribution distribution, Label... labels) {
        if (metric.kind() != Metric.Kind.HISTOGRAM) {
            throw new IllegalArgumentException(metric.name() + " is no histogram");
        }
        List<Label> known = sorted(metric, labels);
        if (known.stream().anyMatch(label -> label.name().equals("le"))) {
            throw new IllegalArgumentException(metric.name() + ": le is the label of its buckets");
        }
        told.add(new Sample(metric, known, 0, requireNonNull(distribution, "distribution")));
    }

    private static List<Label> sorted(Metric metric, Label... labels) {
        List<Label> sorted = new ArrayList<>(List.of(labels));
        sorted.sort(Comparator.comparing(Label::name));
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).name().equals(sorted.get(i - 1).name())) {
                throw new IllegalArgumentException(
                        metric.name() + " has two labels " + sorted.get(i).name());
            }
        }
        return List.copyOf(sorted);
    }
}
