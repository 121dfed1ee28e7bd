package im.restante.internal.metrics;

import im.restante.metric.Label;
import im.restante.metric.Metric;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One metric with all that was told of it, by one source or by several. */
final class Family {
    private final Metric metric;
    private final Map<List<Label>, Sample> samples = new LinkedHashMap<>();

    Family(Metric metric) {
        this.metric = metric;
    }

    Metric metric() {
        return metric;
    }

    Collection<Sample> samples() {
        return samples.values();
    }

    /** @return why the sample is left out; null if it is not */
    String add(Sample sample) {
        if (!sample.metric().equals(metric)) {
            return metric.name() + " is a " + metric.kind() + " with another help text already";
        }
        return samples.putIfAbsent(sample.labels(), sample) == null
                ? null
                : metric.name() + sample.labels() + " was told twice";
    }
}
