package im.restante.internal.c2s;

import im.restante.health.HealthCheck;
import im.restante.health.HealthFinding;
import im.restante.internal.support.Tally;
import im.restante.metric.Label;
import im.restante.metric.Metric;
import im.restante.metric.MetricSink;
import im.restante.metric.MetricSource;
import im.restante.streammanagement.StanzaHeap;
import im.restante.tls.TlsIdentity;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the door tells those who watch: connections, logins, what limits have refused, memory, and whether clients can log in. */
final class DoorReport implements MetricSource, HealthCheck {
    private static final Metric CONNECTIONS = Metric.gauge("restante_connections", "Connections of clients.");
    private static final Metric ACCEPTED =
            Metric.counter("restante_connections_accepted_total", "Connections of clients that were let in.");
    private static final Metric HANDSHAKES =
            Metric.counter("restante_tls_handshakes_total", "TLS handshakes, by outcome.");
    private static final Metric LOGINS = Metric.counter(
            "restante_logins_total", "Tries to log in whose secret was compared, or that a limit refused, by outcome.");
    private static final Metric REFUSALS = Metric.counter(
            "restante_limit_refusals_total", "Connections, logins and registrations that a limit refused, by limit.");
    private static final Metric MEMORY =
            Metric.gauge("restante_stanza_memory_bytes", "Memory that is held for stanzas, by use.");
    private static final Metric BUDGET =
            Metric.gauge("restante_stanza_memory_budget_bytes", "Memory that each use may have for stanzas.");
    private static final Metric EXPIRY = Metric.gauge(
            "restante_certificate_expiry_timestamp_seconds",
            "When the certificate that clients are shown expires, in seconds since 1970 UTC.");
    private static final Duration SOON = Duration.ofDays(7);

    private final Server server;
    private final Clock clock;

    DoorReport(Server server, Clock clock) {
        this.server = server;
        this.clock = clock;
    }

    @Override
    public void report(MetricSink sink) {
        sink.value(CONNECTIONS, server.connections());
        sink.value(ACCEPTED, server.accepted());
        tally(sink, HANDSHAKES, "outcome", server.handshakeOutcomes());
        tally(sink, LOGINS, "outcome", server.guard().logins());
        tally(sink, REFUSALS, "limit", server.guard().refusals());
        memory(sink, "incoming", server.heap());
        memory(sink, "outgoing", server.unread());
        memory(sink, "unproved", server.unproved());
        sink.value(BUDGET, server.aThirdOfTheBudget());
        expiry().ifPresent(end -> sink.value(EXPIRY, end.getEpochSecond()));
    }

    private static void tally(MetricSink sink, Metric metric, String label, Tally tally) {
        tally.counts().forEach((word, count) -> sink.value(metric, count, Label.of(label, word)));
    }

    private static void memory(MetricSink sink, String use, StanzaHeap heap) {
        sink.value(MEMORY, heap.taken(), Label.of("use", use));
    }

    /** Empty without TLS. */
    private Optional<Instant> expiry() {
        return Optional.ofNullable(server.tls()).flatMap(identity -> identity.expiresAt());
    }

    @Override
    public List<HealthFinding> findings() {
        List<HealthFinding> findings = new ArrayList<>();
        TlsIdentity tls = server.tls();
        if (tls != null && !hasCertificate(tls)) {
            findings.add(HealthFinding.notReady(
                    "clients cannot use TLS: there is no certificate to show, of which the log tells"));
        }
        if (server.mechanisms().offered(tls != null).isEmpty()) {
            findings.add(HealthFinding.notReady(
                    "nobody can log in: there is no SASL mechanism; is the bundle sasl running?"));
        }
        Instant now = clock.instant();
        expiry().filter(end -> end.isBefore(now.plus(SOON)))
                .ifPresent(end -> findings.add(HealthFinding.warning("the certificate that clients are shown "
                        + (end.isBefore(now) ? "has expired on " : "expires on ") + end
                        + ": put a new one in its place")));
        return findings;
    }

    /** Waits for one that is being made, as a handshake does. */
    static boolean hasCertificate(TlsIdentity tls) {
        try {
            tls.context();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
