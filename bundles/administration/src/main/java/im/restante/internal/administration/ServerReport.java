package im.restante.internal.administration;

import im.restante.admin.SessionDetails;
import im.restante.delivery.ChosenStore;
import im.restante.health.HealthCheck;
import im.restante.health.HealthFinding;
import im.restante.metric.Label;
import im.restante.metric.Metric;
import im.restante.metric.MetricSink;
import im.restante.metric.MetricSource;
import im.restante.server.ServerInfo;
import im.restante.session.SessionManager;
import im.restante.store.MessageStore;
import im.restante.store.StoreStatistics;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Tells those who watch the server of its sessions, as they are at the moment, and of what waits in each store, as that one said when it
 * was asked last ({@link WatchedStore}).
 */
@Component(
        service = {MetricSource.class, HealthCheck.class},
        property = HealthCheck.NAME + "=stores")
public final class ServerReport implements MetricSource, HealthCheck {
    /** A source of figures has two seconds in all. */
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);

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

    private final PresentStores present;
    private final LongSupplier nanoTime;
    private final long firstNanos;
    private Map<MessageStore, WatchedStore> watched = new IdentityHashMap<>(); // guarded by this

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile ServerInfo server;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile SessionManager manager;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile ChosenStore chosen;

    private record Named(String id, WatchedStore store) {}

    @Activate
    public ServerReport(@Reference PresentStores stores) {
        this(stores, System::nanoTime, FIRST_NANOS);
    }

    ServerReport(PresentStores stores, LongSupplier nanoTime, long firstNanos) {
        this.present = stores;
        this.nanoTime = nanoTime;
        this.firstNanos = firstNanos;
    }

    /** Those that are there. Each was asked, if it was time, and its first answer was waited for. */
    private List<Named> stores() {
        List<Named> now = present();
        now.forEach(one -> one.store().look());
        now.forEach(one -> one.store().awaitFirst());
        return now;
    }

    private synchronized List<Named> present() {
        Map<MessageStore, WatchedStore> before = watched;
        watched = new IdentityHashMap<>();
        List<Named> now = new ArrayList<>();
        for (PresentStores.Named one : present.inOrder()) {
            WatchedStore its = before.get(one.store());
            watched.put(one.store(), its == null ? new WatchedStore(one.store(), nanoTime, firstNanos) : its);
            now.add(new Named(one.id(), watched.get(one.store())));
        }
        return now;
    }

    /** Null: none takes new messages. */
    private String chosenId() {
        ChosenStore now = chosen;
        return now == null ? null : now.id();
    }

    @Override
    public void report(MetricSink sink) {
        ServerInfo info = server;
        if (info != null) {
            sink.value(
                    INFO,
                    1,
                    Label.of("version", info.version()),
                    Label.of("java", Runtime.version().toString()));
        }
        SessionManager sessions = manager;
        if (sessions != null) {
            report(sink, List.copyOf(sessions.sessions()));
        }
        String takesNew = chosenId();
        stores().forEach(one -> report(sink, one, one.id().equals(takesNew)));
    }

    private static void report(MetricSink sink, List<? extends SessionDetails> sessions) {
        sink.value(SESSIONS, sessions.size());
        sink.value(
                AVAILABLE, sessions.stream().filter(SessionDetails::isAvailable).count());
        sink.value(
                SUSPENDED,
                sessions.stream()
                        .filter(one -> one.state() == SessionDetails.State.SUSPENDED)
                        .count());
        sink.value(
                ACCOUNTS,
                sessions.stream().map(one -> one.jid().bare()).distinct().count());
    }

    private static void report(MetricSink sink, Named one, boolean takesNew) {
        Label label = Label.of("store", one.id());
        sink.value(UP, one.store().problem().isEmpty() ? 1 : 0, label);
        sink.value(CHOSEN, takesNew ? 1 : 0, label);
        one.store().statistics().ifPresent(statistics -> {
            figure(sink, MESSAGES, statistics, StoreStatistics::messages, label);
            figure(sink, BYTES, statistics, StoreStatistics::bytes, label);
            figure(sink, OWNERS, statistics, StoreStatistics::owners, label);
            figure(sink, QUARANTINED, statistics, StoreStatistics::quarantined, label);
        });
    }

    /** What a store does not know is left out. */
    private static void figure(
            MetricSink sink,
            Metric metric,
            StoreStatistics statistics,
            ToLongFunction<StoreStatistics> of,
            Label label) {
        long number = of.applyAsLong(statistics);
        if (number >= 0) {
            sink.value(metric, number, label);
        }
    }

    @Override
    public List<HealthFinding> findings() {
        List<HealthFinding> findings = new ArrayList<>();
        if (chosenId() == null) {
            findings.add(HealthFinding.notReady("no store takes new messages: is one configured, and does it work?"));
        }
        for (Named one : stores()) {
            one.store()
                    .problem()
                    .ifPresent(problem -> findings.add(
                            HealthFinding.notReady("the store " + one.id() + " does not answer: " + problem)));
        }
        return findings;
    }
}
