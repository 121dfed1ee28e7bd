package im.restante.internal.metrics;

import im.restante.metric.Distribution;
import im.restante.metric.Label;
import im.restante.metric.Metric;
import java.util.List;

/**
 * What a source told of one metric at one moment.
 *
 * @param value        of a counter or a gauge
 * @param distribution of a histogram; null for the others
 */
record Sample(Metric metric, List<Label> labels, double value, Distribution distribution) {}
