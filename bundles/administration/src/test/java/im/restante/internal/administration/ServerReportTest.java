package im.restante.internal.administration;

import static im.restante.internal.administration.Fakes.JULIET;
import static im.restante.internal.administration.Fakes.ROMEO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import im.restante.admin.SessionDetails;
import im.restante.health.HealthFinding;
import im.restante.jid.Jid;
import im.restante.metric.Distribution;
import im.restante.metric.Label;
import im.restante.metric.Metric;
import im.restante.metric.MetricSink;
import im.restante.session.SessionInfo;
import im.restante.session.SessionManager;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoreStatistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServerReportTest {
    private static final StoreStatistics SEVEN = StoreStatistics.of(7, 9).withBytes(700);

    private CompletableFuture<StoreStatistics> answer = new CompletableFuture<>();
    private int asked;
    private long now;

    private final ServerReport report = new ServerReport(
            new PresentStores(
                    List.of(new PresentStores.Named("sqlite", 1, Fakes.fake(MessageStore.class, (name, args) -> {
                        asked++;
                        return answer;
                    })))),
            () -> now,
            TimeUnit.SECONDS.toNanos(30));

    {
        report.chosen = () -> "sqlite";
    }

    private void pass(long seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }

    private Map<String, Double> told() {
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

    @Test
    void sessionsAreThoseOfTheMoment() {
        answer.complete(SEVEN);
        report.server = Fakes.server();
        report.manager = Fakes.fake(
                SessionManager.class,
                (name, args) -> List.of(
                        session(ROMEO.withResource("a"), true, SessionDetails.State.LIVE),
                        session(ROMEO.withResource("b"), true, SessionDetails.State.SUSPENDED),
                        session(JULIET.withResource("c"), false, SessionDetails.State.AWAY)));
        Map<String, Double> told = told();
        assertEquals(1, told.get("restante_info=1"));
        assertEquals(3, told.get("restante_sessions"));
        assertEquals(2, told.get("restante_sessions_available"));
        assertEquals(1, told.get("restante_sessions_suspended"));
        assertEquals(2, told.get("restante_connected_accounts"));
    }

    private static SessionInfo session(Jid jid, boolean available, SessionInfo.State state) {
        return new SessionInfo(jid, available, 0, Fakes.STARTED, "127.0.0.1:5", true, false, 0, state);
    }

    @Test
    void theFirstLookWaitsForTheFirstAnswerAndHasItsFigures() {
        answer.completeOnTimeout(SEVEN, 20, TimeUnit.MILLISECONDS);
        Map<String, Double> told = told();
        assertEquals(7, told.get("restante_waiting_messages=sqlite"));
        assertEquals(700, told.get("restante_waiting_bytes=sqlite"));
        assertNull(told.get("restante_waiting_owners=sqlite"), "the store does not know");
        assertEquals(1, told.get("restante_store_up=sqlite"));
        assertEquals(1, told.get("restante_store_chosen=sqlite"));
    }

    @Test
    void aStoreIsAskedOnceInAMinuteHoweverOftenSomebodyLooks() {
        answer.complete(SEVEN);
        for (int i = 0; i < 100; i++) {
            told();
            report.findings();
        }
        pass(59);
        told();
        assertEquals(1, asked);
        pass(1);
        told();
        assertEquals(2, asked);
    }

    @Test
    void aStoreThatOwesAnAnswerIsNotAskedAgainAndIsDownAfterHalfAMinute() {
        answer.complete(SEVEN);
        told();
        answer = new CompletableFuture<>();
        pass(60);
        assertEquals(7, told().get("restante_waiting_messages=sqlite"), "what is known meanwhile");
        pass(30);
        assertEquals(List.of(), report.findings());
        assertEquals(1, told().get("restante_store_up=sqlite"));
        pass(600);
        assertEquals(
                List.of(HealthFinding.notReady(
                        "the store sqlite does not answer: no answer for 630 seconds; the log may" + " say why")),
                report.findings());
        assertEquals(0, told().get("restante_store_up=sqlite"));
        assertEquals(2, asked, "it counts its rows still");
        answer.complete(SEVEN);
        assertEquals(List.of(), report.findings());
        assertEquals(3, asked);
    }

    @Test
    void aStoreThatRefusesIsDownAndAskedAgainAfterTenSeconds() {
        answer.completeExceptionally(new StoreException("nobody answers there"));
        assertEquals(
                List.of(HealthFinding.notReady("the store sqlite does not answer: nobody answers there")),
                report.findings());
        assertEquals(0, told().get("restante_store_up=sqlite"));
        assertNull(told().get("restante_waiting_messages=sqlite"), "rather nothing than what was");
        answer = CompletableFuture.completedFuture(SEVEN);
        pass(9);
        assertEquals(1, report.findings().size());
        pass(1);
        assertEquals(List.of(), report.findings());
        assertEquals(2, asked);
    }

    @Test
    void theServerIsNotReadyWithoutAStoreThatTakesMessages() {
        answer.complete(SEVEN);
        assertEquals(List.of(), report.findings());
        report.chosen = null;
        assertEquals(
                List.of(HealthFinding.notReady("no store takes new messages: is one configured, and does it work?")),
                report.findings());
    }
}
