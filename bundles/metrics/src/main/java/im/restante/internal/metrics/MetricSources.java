package im.restante.internal.metrics;

import im.restante.internal.support.LogLimits;
import im.restante.internal.support.Survey;
import im.restante.metric.MetricSource;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All sources of figures that are there. What one of them does costs its own figures only. */
@Component(service = MetricSources.class)
public final class MetricSources {
    private static final Logger LOG = LoggerFactory.getLogger(MetricSources.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final List<MetricSource> sources = new CopyOnWriteArrayList<>();
    private final LogLimits lines = new LogLimits(System::nanoTime);
    private final Survey<MetricSource, List<Sample>> survey;

    @Activate
    public MetricSources() {
        this(PATIENCE);
    }

    MetricSources(Duration patience) {
        survey = new Survey<>("restante-metrics", MetricSources::samples, patience);
    }

    private static List<Sample> samples(MetricSource source) {
        Samples sink = new Samples();
        source.report(sink);
        return sink.told();
    }

    @Deactivate
    void close() {
        survey.close();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindSource(MetricSource source) {
        sources.add(source);
    }

    void unbindSource(MetricSource source) {
        sources.removeIf(one -> one == source);
    }

    /** The figures of this moment, by name. Waits for the sources, two seconds at most. */
    Collection<Family> families() {
        TreeMap<String, Family> families = new TreeMap<>();
        for (Survey.Answer<MetricSource, List<Sample>> answer : survey.ask(sources)) {
            if (answer.answer() == null) {
                leftOut(answer);
                continue;
            }
            for (Sample sample : answer.answer()) {
                String problem = families.computeIfAbsent(sample.metric().name(), first -> new Family(sample.metric()))
                        .add(sample);
                if (problem != null && lines.of(name(answer.of())).isDue()) {
                    LOG.warn("the metric source {}: {}; its figure is left out", name(answer.of()), problem);
                }
            }
        }
        return families.values();
    }

    private void leftOut(Survey.Answer<MetricSource, List<Sample>> answer) {
        String name = name(answer.of());
        if (!sources.contains(answer.of()) || !lines.of(name).isDue()) {
            return; // it has gone meanwhile; or it was said
        }
        if (answer.problem() == null) {
            LOG.warn(
                    "the metric source {} has not told its figures within {} s: they are left out. It must not block",
                    name,
                    PATIENCE.toSeconds());
        } else {
            LOG.warn("the metric source {} failed: its figures are left out", name, answer.problem());
        }
    }

    private static String name(MetricSource source) {
        return source.getClass().getName();
    }
}
