package im.restante.internal.delivery;

import im.restante.jid.Jid;
import im.restante.session.SessionManager;
import im.restante.store.MessageStore;
import im.restante.store.StoredMessage;
import im.restante.why.Fate;
import im.restante.why.Witness;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what has waited longer than it may, once a minute, from every store, a chunk at a time so that traffic goes on. Spares
 * owners who have a session: their rows may be on the way to them, and are looked at again when the session has ended.
 */
@Component(
        service = {},
        immediate = true)
public final class Retention {
    /** Rows of one step; they are read whole. */
    static final int CHUNK = 100;
    /** Expired rows of owners with a session that one pass looks past. */
    static final int SPARED_AT_MOST = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final long SECONDS_BETWEEN = 60;

    private final Clock clock;
    private final Map<ServiceReference<MessageStore>, Stores.Named> stores = new ConcurrentHashMap<>();
    private final AtomicBoolean running = new AtomicBoolean();
    private Executor executor;
    private ScheduledExecutorService timer;
    private volatile SessionManager sessions;
    private volatile Witness witness = Witness.NONE;

    @Activate
    public Retention() {
        this(Clock.systemUTC(), null);
    }

    Retention(Clock clock, Executor executor) {
        this.clock = clock;
        this.executor = executor;
    }

    @Activate
    void open() {
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "restante-retention");
            thread.setDaemon(true);
            return thread;
        });
        executor = timer;
        timer.scheduleWithFixedDelay(this::pass, SECONDS_BETWEEN, SECONDS_BETWEEN, TimeUnit.SECONDS);
    }

    @Deactivate
    void close() {
        timer.shutdownNow();
    }

    @Reference(
            service = MessageStore.class,
            target = "(" + MessageStore.ID + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindStore(ServiceReference<MessageStore> reference, MessageStore store) {
        stores.put(reference, new Stores.Named(Stores.id(reference), store));
    }

    void unbindStore(ServiceReference<MessageStore> reference) {
        stores.remove(reference);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindSessions(SessionManager present) {
        sessions = present;
    }

    void unbindSessions(SessionManager gone) {
        if (sessions == gone) { // a successor is bound before
            sessions = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindWitness(Witness present) {
        witness = present;
    }

    void unbindWitness(Witness gone) {
        if (witness == gone) {
            witness = Witness.NONE;
        }
    }

    /** Looks through all stores once, unless it still does; not while nobody can say who has a session. */
    void pass() {
        if (sessions == null || !running.compareAndSet(false, true)) {
            return;
        }
        CompletionStage<Void> all = CompletableFuture.completedFuture(null);
        for (Stores.Named store : stores.values()) {
            all = all.thenCompose(done -> purge(store));
        }
        all.whenComplete((done, never) -> running.set(false));
    }

    private CompletionStage<Void> purge(Stores.Named store) {
        Tally tally = new Tally();
        return guarded(() -> chunk(store.store(), tally)).handle((done, problem) -> {
            if (tally.removed > 0) {
                LOG.info(
                        "removed {} messages for {} owners from {}: they had waited as long as they may",
                        tally.removed,
                        tally.owners.size(),
                        store.id());
            }
            if (problem != null) {
                LOG.warn(
                        "messages past their end are still in {}: {}; trying again in {} s",
                        store.id(),
                        Failures.unwrap(problem).getMessage(),
                        SECONDS_BETWEEN);
            }
            return null;
        });
    }

    /** What one pass over one store did. */
    private static final class Tally {
        private final Set<Long> spared = new HashSet<>();
        private final Set<Jid> owners = new HashSet<>();
        private long removed;
    }

    private CompletionStage<Void> chunk(MessageStore store, Tally tally) {
        SessionManager present = sessions;
        if (present == null || tally.spared.size() > SPARED_AT_MOST) {
            return CompletableFuture.completedFuture(null);
        }
        int asked = CHUNK + tally.spared.size();
        return store.expired(clock.instant(), asked)
                .thenComposeAsync(
                        rows -> {
                            Set<Jid> connected = present.sessions().stream()
                                    .map(session -> session.jid().bare())
                                    .collect(Collectors.toSet());
                            Map<Jid, List<StoredMessage>> past = rows.stream()
                                    .filter(row -> !tally.spared.contains(row.id()))
                                    .filter(row -> !connected.contains(row.owner()) || !tally.spared.add(row.id()))
                                    .collect(Collectors.groupingBy(StoredMessage::owner));
                            List<CompletableFuture<Void>> removals = past.entrySet().stream()
                                    .map(of -> store.remove(
                                                    of.getKey(),
                                                    of.getValue().stream()
                                                            .map(StoredMessage::id)
                                                            .toList())
                                            .thenAcceptAsync(
                                                    done -> {
                                                        tally.removed +=
                                                                of.getValue().size();
                                                        tally.owners.add(of.getKey());
                                                        witness.fate(of.getValue(), Fate.EXPIRED, null);
                                                    },
                                                    executor)
                                            .toCompletableFuture())
                                    .toList();
                            return CompletableFuture.allOf(removals.toArray(CompletableFuture[]::new))
                                    .thenComposeAsync(
                                            done -> rows.size() < asked
                                                    ? CompletableFuture.completedFuture(null)
                                                    : chunk(store, tally),
                                            executor);
                        },
                        executor);
    }

    private static CompletionStage<Void> guarded(Supplier<CompletionStage<Void>> step) {
        try {
            return step.get();
        } catch (RuntimeException | LinkageError e) { // a store that is going away
            return CompletableFuture.failedFuture(e);
        }
    }
}
