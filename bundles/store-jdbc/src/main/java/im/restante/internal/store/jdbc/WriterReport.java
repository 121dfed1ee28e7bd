package im.restante.internal.store.jdbc;

import im.restante.health.HealthCheck;
import im.restante.health.HealthFinding;
import im.restante.internal.support.Histogram;
import im.restante.internal.support.WriteGauge;
import im.restante.metric.Distribution;
import im.restante.metric.Label;
import im.restante.metric.Metric;
import im.restante.metric.MetricSink;
import im.restante.metric.MetricSource;
import java.util.List;

/**
 * What the writer of a store tells those who watch.
 *
 * @param store its {@code store.id}
 */
public record WriterReport(String store, WriteGauge gauge) implements MetricSource, HealthCheck {
    private static final Metric BATCHES =
            Metric.histogram("restante_store_batch_changes", "Changes that were committed together, by store.");
    private static final Metric COMMITS =
            Metric.histogram("restante_store_commit_seconds", "Time of a COMMIT, with its sync to disk, by store.");

    @Override
    public void report(MetricSink sink) {
        sink.distribution(BATCHES, of(gauge.batches()), Label.of("store", store));
        sink.distribution(COMMITS, of(gauge.commits()), Label.of("store", store));
    }

    private static Distribution of(Histogram counted) {
        return Distribution.of(counted.bounds(), counted.counts(), counted.sum());
    }

    @Override
    public List<HealthFinding> findings() {
        String trouble = gauge.trouble(System.nanoTime());
        return trouble == null ? List.of() : List.of(HealthFinding.notReady(trouble));
    }
}
