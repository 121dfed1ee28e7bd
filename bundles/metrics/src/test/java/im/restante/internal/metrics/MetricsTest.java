package im.restante.internal.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.message.MessageEvent;
import im.restante.metric.Distribution;
import im.restante.metric.Label;
import im.restante.metric.Metric;
import im.restante.metric.MetricSource;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsTest {
    private static final Metric LOGINS = Metric.counter("example_logins_total", "Logins.");
    private static final Metric DEPTH = Metric.gauge("example_depth", "A \\ and a\nline end.");
    private static final Metric TIMES = Metric.histogram("example_seconds", "Times.");

    private final MetricSources sources = new MetricSources(Duration.ofSeconds(30));

    @AfterEach
    void close() {
        sources.close();
    }

    private ParsedMetrics parsed() {
        return ParsedMetrics.of(TextFormat.of(sources.families()));
    }

    @Test
    void everyKindIsWrittenAsPrometheusReadsIt() {
        sources.bindSource(sink -> {
            sink.value(LOGINS, 3, Label.of("outcome", "right"));
            sink.value(LOGINS, 0, Label.of("outcome", "wrong \"quoted\" \\ and\nbroken"));
            sink.value(DEPTH, -1.5);
            sink.distribution(
                    TIMES,
                    Distribution.of(new double[] {0.001, 1}, new long[] {1, 2, 3}, 12.25),
                    Label.of("store", "a"));
        });
        assertEquals("""
                # HELP example_depth A \\\\ and a\\nline end.
                # TYPE example_depth gauge
                example_depth -1.5
                # HELP example_logins_total Logins.
                # TYPE example_logins_total counter
                example_logins_total{outcome="right"} 3
                example_logins_total{outcome="wrong \\"quoted\\" \\\\ and\\nbroken"} 0
                # HELP example_seconds Times.
                # TYPE example_seconds histogram
                example_seconds_bucket{store="a",le="0.001"} 1
                example_seconds_bucket{store="a",le="1"} 3
                example_seconds_bucket{store="a",le="+Inf"} 6
                example_seconds_sum{store="a"} 12.25
                example_seconds_count{store="a"} 6
                """, TextFormat.of(sources.families()));
        assertEquals(3.0, parsed().values.get("example_logins_total{outcome=\"right\"}"));
    }

    @Test
    void numbersThatAreNoneAreWrittenAsPrometheusReadsThem() {
        assertEquals("NaN", TextFormat.number(Double.NaN));
        assertEquals("+Inf", TextFormat.number(Double.POSITIVE_INFINITY));
        assertEquals("-Inf", TextFormat.number(Double.NEGATIVE_INFINITY));
        assertEquals("1700000000", TextFormat.number(1.7E9));
        assertEquals("0.0005", TextFormat.number(0.0005));
    }

    @Test
    void aSourceThatThrowsCostsItsOwnFiguresOnly() {
        sources.bindSource(sink -> {
            sink.value(LOGINS, 1);
            throw new NoClassDefFoundError("a bundle has gone");
        });
        sources.bindSource(sink -> sink.value(DEPTH, 7));
        assertEquals(List.of("example_depth"), List.copyOf(parsed().types.keySet()));
    }

    @Test
    void aSourceThatIsSlowCostsItsOwnFiguresOnly() {
        CountDownLatch end = new CountDownLatch(1);
        MetricSources impatient = new MetricSources(Duration.ofMillis(500));
        try {
            impatient.bindSource(sink -> {
                try {
                    end.await();
                    sink.value(LOGINS, 1);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            impatient.bindSource(sink -> sink.value(DEPTH, 7));
            Set<String> told = Set.of();
            while (told.isEmpty()) { // on a busy machine the other one may be late, too
                told = ParsedMetrics.of(TextFormat.of(impatient.families()))
                        .types
                        .keySet();
            }
            assertEquals(Set.of("example_depth"), told);
        } finally {
            end.countDown();
            impatient.close();
        }
    }

    @Test
    void whatIsToldTwiceOrAsAnotherKindIsLeftOut() {
        MetricSource first = sink -> sink.value(DEPTH, 1);
        sources.bindSource(first);
        sources.bindSource(sink -> sink.value(DEPTH, 2));
        sources.bindSource(sink -> sink.value(Metric.gauge("example_depth", "Another help."), 3, Label.of("a", "b")));
        sources.bindSource(sink -> sink.value(LOGINS, 4));
        ParsedMetrics both = parsed();
        assertEquals(1.0, both.values.get("example_depth"));
        assertEquals(4.0, both.values.get("example_logins_total"));
        assertEquals(2, both.values.size());
        sources.unbindSource(first);
        assertEquals(2.0, parsed().values.get("example_depth"));
    }

    @Test
    void aFigureOfTheWrongKindIsRefusedAtOnce() {
        Samples sink = new Samples();
        assertThrows(IllegalArgumentException.class, () -> sink.value(TIMES, 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> sink.distribution(DEPTH, Distribution.of(new double[0], new long[] {1}, 1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> sink.distribution(TIMES, Distribution.of(new double[0], new long[] {1}, 1), Label.of("le", "1")));
        assertThrows(
                IllegalArgumentException.class, () -> sink.value(DEPTH, 1, Label.of("a", "1"), Label.of("a", "2")));
    }

    @Test
    void theJvmTellsItsMemoryThreadsCollectionsAndProcessorTime() {
        sources.bindSource(new JvmFigures());
        ParsedMetrics jvm = parsed();
        assertTrue(jvm.values.get("jvm_memory_used_bytes{area=\"heap\"}") > 1_000_000);
        assertTrue(jvm.values.get("jvm_threads_current") >= 1);
        assertTrue(jvm.values.get("process_cpu_seconds_total") > 0);
        assertTrue(jvm.types.containsKey("jvm_gc_collections_total"));
    }

    private record Decided(Verdict verdict, Optional<Instant> receivedAt) implements MessageEvent {
        @Override
        public Jid owner() {
            return Jid.of("romeo@localhost");
        }

        @Override
        public Jid sender() {
            return Jid.of("juliet@localhost");
        }

        @Override
        public Message message() {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void verdictsAreCountedByReasonWithoutItsNumbers() {
        Instant now = Instant.parse("2026-12-01T00:00:00Z");
        VerdictCounts counts = new VerdictCounts(Clock.fixed(now, ZoneOffset.UTC));
        sources.bindSource(counts);
        StanzaError error = StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE);
        counts.decided(new Decided(new Verdict.Delivered(2), Optional.empty()));
        counts.decided(new Decided(new Verdict.Stored("default: body"), Optional.of(now.minusMillis(20))));
        for (int waiting = 100; waiting < 300; waiting++) {
            String reason = "limit of 100 messages from one sender reached: " + waiting + " wait";
            counts.decided(new Decided(new Verdict.Refused(reason, error), Optional.empty()));
        }
        counts.disposed(Jid.of("romeo@localhost"), List.of(1L, 2L), Disposition.PROVED, null);
        ParsedMetrics told = parsed();
        String verdicts = "restante_verdicts_total";
        assertEquals(1.0, told.values.get(verdicts + "{reason=\"\",verdict=\"delivered\"}"));
        assertEquals(1.0, told.values.get(verdicts + "{reason=\"default: body\",verdict=\"stored\"}"));
        assertEquals(
                200.0,
                told.values.get(verdicts
                        + "{reason=\"limit of N messages from one sender reached: N wait\",verdict=\"refused\"}"));
        assertEquals(0.0, told.values.get(verdicts + "{reason=\"the store failed\",verdict=\"failed\"}"), "from 0 on");
        assertEquals(2.0, told.values.get("restante_dispositions_total{disposition=\"proved\"}"));
        assertEquals(0.02, told.values.get("restante_message_commit_seconds_sum"), 1e-9);
        assertEquals(
                "/message/received[urn:xmpp:receipts]", VerdictCounts.general("/message/received[urn:xmpp:receipts]"));
    }

    @Test
    void programsReadTheSameOverJmx() throws Exception {
        sources.bindSource(sink -> {
            sink.value(LOGINS, 3, Label.of("outcome", "right"));
            sink.distribution(TIMES, Distribution.of(new double[] {1}, new long[] {1, 1}, 4));
        });
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName(MetricsBean.NAME);
        MetricsBean bean = new MetricsBean(sources);
        bean.start();
        try {
            assertEquals(3, server.getMBeanInfo(name).getAttributes().length);
            assertEquals(3.0, server.getAttribute(name, "example_logins_total{outcome=\"right\"}"));
            assertEquals(
                    2,
                    server.getAttributes(name, new String[] {"example_seconds_sum", "example_seconds_count", "none"})
                            .size());
        } finally {
            bean.close();
        }
        assertFalse(server.isRegistered(name));
    }

    @Test
    void aSecondOneOverJmxTakesNothingFromTheFirst() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName(MetricsBean.NAME);
        MetricsBean first = new MetricsBean(sources);
        MetricsBean second = new MetricsBean(sources);
        first.start();
        try {
            second.start();
            second.close();
            assertTrue(server.isRegistered(name));
        } finally {
            first.close();
        }
        assertFalse(server.isRegistered(name));
    }
}
