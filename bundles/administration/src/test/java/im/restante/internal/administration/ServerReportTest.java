package im.restante.internal.administration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.admin.AdministrationException;
import im.restante.admin.AdministrationException.Reason;
import im.restante.admin.ServerFigures;
import im.restante.admin.ServerStatistics;
import im.restante.admin.StoreFigures;
import im.restante.health.HealthFinding;
import im.restante.metric.Distribution;
import im.restante.metric.Label;
import im.restante.metric.Metric;
import im.restante.metric.MetricSink;
import im.restante.store.StoreStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServerReportTest {
    private CompletableFuture<ServerFigures> answer = new CompletableFuture<>();
    private int asked;
    private long now;

    private final ServerReport report = new ServerReport(
            Fakes.fake(ServerStatistics.class, (name, args) -> {
                asked++;
                return answer;
            }),
            () -> now);

    private record Store(
            String store, int ranking, boolean isChosen, Optional<StoreStatistics> statistics, Optional<String> problem)
            implements StoreFigures {}

    private static final Store GOOD =
            new Store("sqlite", 1, true, Optional.of(StoreStatistics.of(7, 9).withBytes(700)), Optional.empty());
    private static final Store DOWN =
            new Store("mariadb", 0, false, Optional.empty(), Optional.of("nobody answers there"));

    private static ServerFigures figures(StoreFigures... stores) {
        return Fakes.fake(ServerFigures.class, (name, args) -> switch (name) {
            case "stores" -> List.of(stores);
            case "version" -> "1.2";
            case "javaVersion" -> "17";
            case "sessions" -> 3;
            case "available" -> 2;
            case "suspended" -> 1;
            case "connectedAccounts" -> 2;
            default -> throw new UnsupportedOperationException(name);
        });
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
    void figuresThatAreNotKnownYetHoldUpNobody() {
        assertEquals(Map.of(), told());
        answer.complete(figures(GOOD, DOWN));
        Map<String, Double> told = told();
        assertEquals(3, told.get("restante_sessions"));
        assertEquals(7, told.get("restante_waiting_messages=sqlite"));
        assertEquals(700, told.get("restante_waiting_bytes=sqlite"));
        assertEquals(null, told.get("restante_waiting_owners=sqlite"), "the store does not know");
        assertEquals(1, told.get("restante_store_up=sqlite"));
        assertEquals(0, told.get("restante_store_up=mariadb"));
        assertEquals(null, told.get("restante_waiting_messages=mariadb"));
    }

    @Test
    void storesAreAskedOnceInTenSecondsHoweverOftenSomebodyLooks() {
        answer.complete(figures(GOOD));
        for (int i = 0; i < 100; i++) {
            told();
            report.findings();
        }
        assertEquals(1, asked);
        now += TimeUnit.SECONDS.toNanos(ServerReport.FRESH_SECONDS);
        told();
        assertEquals(2, asked);
    }

    @Test
    void theServerIsNotReadyWithAStoreThatDoesNotAnswerOrNoneThatTakesMessages() {
        answer.complete(figures(GOOD));
        assertEquals(List.of(), report.findings());
        answer = CompletableFuture.completedFuture(figures(GOOD, DOWN));
        now += TimeUnit.SECONDS.toNanos(ServerReport.FRESH_SECONDS);
        assertEquals(
                List.of(HealthFinding.notReady("the store mariadb does not answer: nobody answers there")),
                report.findings());
        answer = CompletableFuture.completedFuture(figures());
        now += TimeUnit.SECONDS.toNanos(ServerReport.FRESH_SECONDS);
        assertEquals(
                List.of(HealthFinding.notReady("no store takes new messages: is one configured, and does it work?")),
                report.findings());
    }

    @Test
    void whatCannotBeKnownIsNotReadyAndAskedAgainAtOnce() {
        answer.completeExceptionally(new AdministrationException(Reason.UNAVAILABLE, "the server is not ready"));
        assertEquals(List.of(HealthFinding.notReady("the server is not ready")), report.findings());
        assertEquals(Map.of(), told());
        answer = CompletableFuture.completedFuture(figures(GOOD));
        assertEquals(List.of(), report.findings());
    }
}
