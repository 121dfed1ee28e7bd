package im.restante.internal.administration;

import im.restante.admin.ServerFigures;
import im.restante.admin.ServerStatistics;
import im.restante.admin.StoreFigures;
import im.restante.health.HealthCheck;
import im.restante.health.HealthFinding;
import im.restante.internal.support.Failures;
import im.restante.metric.Label;
import im.restante.metric.Metric;
import im.restante.metric.MetricSink;
import im.restante.metric.MetricSource;
import im.restante.store.StoreStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Tells those who watch the server what {@link ServerStatistics} knows: sessions, and what waits in each store. Stores are asked every
 * {@value #FRESH_SECONDS} seconds at most, however often somebody looks; figures are those of the last answer.
 */
@Component(
        service = {MetricSource.class, HealthCheck.class},
        property = HealthCheck.NAME + "=stores")
public final class ServerReport implements MetricSource, HealthCheck {
    static final int FRESH_SECONDS = 10;

    private static final Metric INFO =
            Metric.gauge("restante_info", "Always 1; the labels tell the versions of the server and of the JVM.");
    private static final Metric SESSIONS =
            Metric.gauge("restante_sessions", "Sessions of clients: those that have bound a resource.");
    private static final Metric AVAILABLE =
            Metric.gauge("restante_sessions_available", "Sessions that have sent available presence.");
    private static final Metric SUSPENDED =
            Metric.gauge("restante_sessions_suspended", "Sessions that wait for their client to resume.");
    private static final Metric ACCOUNTS = Metric.gauge("restante_connected_accounts", "Accounts that have a session.");
    private static final Metric UP =
            Metric.gauge("restante_store_up", "1 if the store answers, 0 if it does not, by store.");
    private static final Metric CHOSEN =
            Metric.gauge("restante_store_chosen", "1 for the store that takes new messages, else 0, by store.");
    private static final Metric MESSAGES =
            Metric.gauge("restante_waiting_messages", "Messages that wait for their owners, by store.");
    private static final Metric BYTES =
            Metric.gauge("restante_waiting_bytes", "Size of the stanzas that wait for their owners, by store.");
    private static final Metric OWNERS =
            Metric.gauge("restante_waiting_owners", "Accounts for which something waits, by store.");
    private static final Metric QUARANTINED = Metric.gauge(
            "restante_quarantined_rows", "Rows that were set aside because they cannot be read, by store.");

    private final Supplier<CompletableFuture<ServerFigures>> statistics;
    private final LongSupplier nanoTime;
    private final AtomicReference<Asked> latest = new AtomicReference<>();
    private volatile ServerFigures known;

    private record Asked(CompletableFuture<ServerFigures> answer, long at) {}

    @Activate
    public ServerReport(@Reference ServerStatistics statistics) {
        this(statistics, System::nanoTime);
    }

    ServerReport(ServerStatistics statistics, LongSupplier nanoTime) {
        this.statistics = () -> Failures.stage(statistics::figures);
        this.nanoTime = nanoTime;
    }

    /** The latest answer, or one that is on its way. */
    private CompletableFuture<ServerFigures> ask() {
        Asked before = latest.get();
        long now = nanoTime.getAsLong();
        if (before != null
                && (!before.answer().isDone() || now - before.at() < TimeUnit.SECONDS.toNanos(FRESH_SECONDS))) {
            return before.answer();
        }
        Asked mine = new Asked(new CompletableFuture<>(), now);
        if (!latest.compareAndSet(before, mine)) {
            return ask(); // somebody else asks
        }
        statistics.get().whenComplete((figures, problem) -> {
            if (problem == null) {
                known = figures;
                mine.answer().complete(figures);
            } else {
                known = null; // rather nothing than what was
                latest.compareAndSet(mine, null); // asked again by the next
                mine.answer().completeExceptionally(problem);
            }
        });
        return mine.answer();
    }

    @Override
    public void report(MetricSink sink) {
        ask();
        ServerFigures figures = known;
        if (figures == null) {
            return; // about to be known, or nobody knows
        }
        sink.value(INFO, 1, Label.of("version", figures.version()), Label.of("java", figures.javaVersion()));
        sink.value(SESSIONS, figures.sessions());
        sink.value(AVAILABLE, figures.available());
        sink.value(SUSPENDED, figures.suspended());
        sink.value(ACCOUNTS, figures.connectedAccounts());
        figures.stores().forEach(store -> report(sink, store));
    }

    private static void report(MetricSink sink, StoreFigures store) {
        Label label = Label.of("store", store.store());
        sink.value(UP, store.statistics().isPresent() ? 1 : 0, label);
        sink.value(CHOSEN, store.isChosen() ? 1 : 0, label);
        figure(sink, MESSAGES, store, StoreStatistics::messages, label);
        figure(sink, BYTES, store, StoreStatistics::bytes, label);
        figure(sink, OWNERS, store, StoreStatistics::owners, label);
        figure(sink, QUARANTINED, store, StoreStatistics::quarantined, label);
    }

    /** What a store does not know is left out. */
    private static void figure(
            MetricSink sink, Metric metric, StoreFigures store, ToLongFunction<StoreStatistics> of, Label label) {
        store.statistics()
                .map(of::applyAsLong)
                .filter(number -> number >= 0)
                .ifPresent(number -> sink.value(metric, number, label));
    }

    @Override
    public List<HealthFinding> findings() {
        ServerFigures figures;
        try {
            figures = ask().join();
        } catch (RuntimeException e) {
            return List.of(HealthFinding.notReady(Failures.unwrap(e).getMessage()));
        }
        List<HealthFinding> findings = new ArrayList<>();
        if (figures.stores().stream().noneMatch(StoreFigures::isChosen)) {
            findings.add(HealthFinding.notReady("no store takes new messages: is one configured, and does it work?"));
        }
        for (StoreFigures store : figures.stores()) {
            store.problem()
                    .ifPresent(problem -> findings.add(
                            HealthFinding.notReady("the store " + store.store() + " does not answer: " + problem)));
        }
        return findings;
    }
}
