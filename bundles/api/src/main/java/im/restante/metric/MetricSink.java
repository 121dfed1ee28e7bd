package im.restante.metric;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Takes the figures of one {@link MetricSource}. What somebody told before under the same name and the same labels stays, and so does
 * its kind and its help; the later one is left out, and the log says so. For one thread.
 */
@ProviderType
public interface MetricSink {
    /**
     * A figure of a counter or a gauge.
     *
     * @param labels no two of one name; the same names each time
     * @throws IllegalArgumentException for a histogram
     */
    void value(Metric metric, double value, Label... labels);

    /**
     * A figure of a histogram.
     *
     * @param labels no two of one name, none named {@code le}
     * @throws IllegalArgumentException for another kind
     */
    void distribution(Metric metric, Distribution distribution, Label... labels);
}
