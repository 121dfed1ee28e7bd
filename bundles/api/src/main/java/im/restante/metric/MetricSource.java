package im.restante.metric;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Tells figures of something that runs. Register it as a service; there may be many. All are asked whenever somebody looks: a
 * Prometheus server every 15 seconds or so, over HTTP ({@code GET /metrics}), or a program over JMX. So a source counts while things
 * happen, which must be cheap, and tells when it is asked.
 *
 * <p>Each is asked on a thread of its own, never by two at once, and has two seconds; one that needs longer is left out, and so is one
 * that throws. Both are said in the log, and cost the others nothing. It must not block: of a figure that has to be
 * asked for elsewhere, tell the last known figure, and ask for the next one after answering.
 */
@ConsumerType
@FunctionalInterface
public interface MetricSource {
    /**
     * Tells the figures of this moment. What it tells of a metric, it tells each time, from 0 on: a figure that comes and goes cannot be
     * watched.
     *
     * @param sink for this call only
     */
    void report(MetricSink sink);
}
