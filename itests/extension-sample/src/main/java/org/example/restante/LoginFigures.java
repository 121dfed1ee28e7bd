package org.example.restante;

import im.restante.jid.Jid;
import im.restante.metric.Metric;
import im.restante.metric.MetricSink;
import im.restante.metric.MetricSource;
import im.restante.server.SessionListener;
import java.util.concurrent.atomic.LongAdder;
import org.osgi.service.component.annotations.Component;

/** Counts sessions for those who watch the server, beside its own figures: {@code example_sessions_opened_total} at {@code /metrics}. */
@Component(
        immediate = true,
        service = {MetricSource.class, SessionListener.class})
public final class LoginFigures implements MetricSource, SessionListener {
    private static final Metric OPENED =
            Metric.counter("example_sessions_opened_total", "Sessions that began since this bundle was started.");

    private final LongAdder opened = new LongAdder();

    @Override
    public void opened(Jid session) {
        opened.increment();
    }

    @Override
    public void report(MetricSink sink) {
        sink.value(OPENED, opened.sum());
    }
}
