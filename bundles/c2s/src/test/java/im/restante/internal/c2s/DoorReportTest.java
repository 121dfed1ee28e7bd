package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.health.HealthFinding;
import im.restante.health.HealthFinding.Level;
import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.jid.Jid;
import im.restante.limit.Permission;
import im.restante.metric.Distribution;
import im.restante.metric.Label;
import im.restante.metric.Metric;
import im.restante.metric.MetricSink;
import im.restante.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoorReportTest {
    @TempDir
    Path home;

    private static Map<String, Double> told(DoorReport report) {
        Map<String, Double> told = new TreeMap<>();
        report.report(new MetricSink() {
            @Override
            public void value(Metric metric, double value, Label... labels) {
                told.put(metric.name() + (labels.length == 0 ? "" : "=" + labels[0].value()), value);
            }

            @Override
            public void distribution(Metric metric, Distribution distribution, Label... labels) {
                throw new UnsupportedOperationException();
            }
        });
        return told;
    }

    private static DoorReport at(TestServer server, Instant now) {
        return new DoorReport(server.server, Clock.fixed(now, ZoneOffset.UTC));
    }

    @Test
    void aCertificateThatExpiresWithinAWeekIsAWarning() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.REQUIRED))) {
            server.server.tls().context();
            Instant end = server.server.tls().expiresAt().orElseThrow();
            assertEquals(List.of(), at(server, end.minus(Duration.ofDays(8))).findings());
            assertEquals(
                    Level.WARNING,
                    at(server, end.minus(Duration.ofDays(6))).findings().get(0).level());
            assertTrue(at(server, end.plusSeconds(1)).findings().get(0).text().contains("has expired on " + end));
            assertEquals(
                    end.getEpochSecond(), told(at(server, end)).get("restante_certificate_expiry_timestamp_seconds"));
        }
    }

    @Test
    void aCertificateThatCannotBeShownIsNone() {
        assertFalse(DoorReport.hasCertificate(new TlsIdentity() {
            @Override
            public SSLContext context() throws IOException {
                throw new IOException("there is no certificate to show");
            }

            @Override
            public SSLContext lastingContext() throws IOException {
                return context();
            }

            @Override
            public Optional<Instant> expiresAt() {
                return Optional.empty();
            }
        }));
    }

    @Test
    void itIsNotReadyWithoutASaslMechanism() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF))) {
            server.mechanisms.forEach(server.server.mechanisms()::remove);
            List<HealthFinding> findings = at(server, Instant.now()).findings();
            assertEquals(1, findings.size());
            assertEquals(Level.NOT_READY, findings.get(0).level());
            assertTrue(findings.get(0).text().startsWith("nobody can log in"), () -> findings.toString());
        }
    }

    @Test
    void withoutTlsNothingExpires() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF))) {
            assertEquals(List.of(), at(server, Instant.now()).findings());
        }
    }

    @Test
    void connectionsLoginsAndRefusalsAreCounted() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF))) {
            Guard guard = server.server.guard();
            FakeLimits limits = new FakeLimits();
            guard.limits(limits);
            InetAddress here = InetAddress.getByName("192.0.2.7");
            Jid juliet = Jid.of("juliet@localhost");
            guard.loginEnded(here, juliet, true);
            guard.loginEnded(here, juliet, false);
            limits.login = Permission.refused("logins-per-minute", "Not now");
            guard.login(here, juliet);
            limits.connect = Permission.refused("connections-per-address", "Not now");
            guard.connect(limits, here);
            Map<String, Double> told = told(at(server, Instant.now()));
            assertEquals(0, told.get("restante_connections"));
            assertEquals(1, told.get("restante_logins_total=right"));
            assertEquals(1, told.get("restante_logins_total=wrong"));
            assertEquals(1, told.get("restante_logins_total=refused"));
            assertEquals(1, told.get("restante_limit_refusals_total=logins-per-minute"));
            assertEquals(1, told.get("restante_limit_refusals_total=connections-per-address"));
            assertEquals(0, told.get("restante_stanza_memory_bytes=incoming"));
            assertTrue(told.get("restante_stanza_memory_budget_bytes") > 0);
        }
    }
}
