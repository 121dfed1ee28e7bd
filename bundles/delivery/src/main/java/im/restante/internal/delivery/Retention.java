package im.restante.internal.delivery;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import im.restante.amp.AmpAction;
import im.restante.amp.MessageRules;
import im.restante.config.ConfigException;
import im.restante.home.Homes;
import im.restante.internal.support.Backoff;
import im.restante.internal.support.Failures;
import im.restante.internal.support.Listeners;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.RetryPolicy;
import im.restante.internal.support.SteadyClock;
import im.restante.internal.support.Threads;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.message.MessageListener;
import im.restante.offline.OfflineSettings;
import im.restante.session.Spools;
import im.restante.store.MessageStore;
import im.restante.store.StoredMessage;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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
import java.util.function.LongSupplier;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what has waited longer than it may, once a second, in every store, a chunk at a time so that traffic goes on. What a rule
 * of the message wants then (XEP-0079) is done in the same step as its removal; what its sender is told is left there as owed, and
 * carried afterwards ({@link OwedMessages}). Spares messages that are being handed to a session: they are looked at again when that
 * has succeeded or failed; and messages with rules while nobody can read those.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = OfflineSettings.PID)
public final class Retention {
    /** Rows of one step; they are read whole. */
    static final int CHUNK = 100;
    /** Rows past their end that one pass looks past. */
    static final int SPARED_AT_MOST = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final long SECONDS_BETWEEN = 1;
    /** Passes left out when one had more to look past than it could do. */
    private static final int PAUSE = 60;

    /** A store, and whether it does what it is asked. */
    private static final class Looked {
        final Stores.Named named;
        final Backoff backoff;
        final LogLimit troubles;
        /** One that has never answered has said why itself. */
        volatile boolean hasAnswered;

        Looked(Stores.Named named, LongSupplier nanoTime) {
            this.named = named;
            this.backoff = new Backoff(RetryPolicy.PATIENT, nanoTime);
            this.troubles = LogLimit.perMinute(nanoTime);
        }
    }

    private final OwnerGate gate;
    private final OwedMessages owed;
    private final Homes homes;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final Map<ServiceReference<MessageStore>, Looked> stores = new ConcurrentHashMap<>();
    private final AtomicBoolean running = new AtomicBoolean();
    private Executor executor;
    private ScheduledExecutorService timer;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile Spools spools;

    private final Listeners<MessageListener> listeners = new Listeners<>("message listener", System::nanoTime);
    private volatile MessageRules rules;
    private volatile StorageSettings settings;
    private volatile int pause;

    @Activate
    public Retention(
            Map<String, Object> values,
            @Reference OwnerGate gate,
            @Reference OwedMessages owed,
            @Reference Homes homes) {
        this(values, gate, owed, homes, Clock.systemUTC(), System::nanoTime, null);
    }

    Retention(
            Map<String, ?> values,
            OwnerGate gate,
            OwedMessages owed,
            Homes homes,
            Clock clock,
            LongSupplier nanoTime,
            Executor executor) {
        this.nanoTime = nanoTime;
        this.settings = StorageSettings.of(values);
        this.gate = gate;
        this.owed = owed;
        this.homes = homes;
        this.clock = new SteadyClock(clock, nanoTime);
        this.executor = executor;
    }

    @Modified
    void modified(Map<String, Object> values) {
        try {
            settings = StorageSettings.of(values);
        } catch (ConfigException e) {
            LOG.debug("{}; the delivery has said so", e.getMessage());
        }
    }

    @Activate
    void open() {
        timer = Executors.newSingleThreadScheduledExecutor(Threads.daemons("restante-retention"));
        executor = timer;
        timer.scheduleWithFixedDelay(this::tick, SECONDS_BETWEEN, SECONDS_BETWEEN, TimeUnit.SECONDS);
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
        stores.put(reference, new Looked(new Stores.Named(Stores.id(reference), store), nanoTime));
    }

    void unbindStore(ServiceReference<MessageStore> reference) {
        stores.remove(reference);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addMessageListener(MessageListener listener) {
        listeners.add(listener);
    }

    void removeMessageListener(MessageListener listener) {
        listeners.remove(listener);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindRules(MessageRules present) {
        rules = present;
        pause = 0;
    }

    void unbindRules(MessageRules gone) {
        if (rules == gone) {
            rules = null;
        }
    }

    void tick() {
        if (pause > 0) {
            pause--;
        } else {
            pass();
        }
    }

    /** Looks through all stores once, unless it still does; not while nobody can say what is on its way to a session. */
    void pass() {
        if (spools == null || !running.compareAndSet(false, true)) {
            return;
        }
        CompletionStage<Void> all = CompletableFuture.completedFuture(null);
        for (Looked store : stores.values()) {
            if (store.backoff.isDue()) {
                all = all.thenCompose(done -> purge(store));
            }
        }
        all.whenComplete((done, never) -> running.set(false));
    }

    private CompletionStage<Void> purge(Looked looked) {
        Tally tally = new Tally();
        Stores.Named store = looked.named;
        return Failures.stage(() -> chunk(store, tally)).handle((done, problem) -> {
            if (tally.ended > 0) {
                LOG.info(
                        "{} messages for {} owners in {} had waited as long as they may",
                        tally.ended,
                        tally.owners.size(),
                        store.id());
            }
            if (problem == null) {
                looked.hasAnswered = true;
                looked.backoff.succeeded();
            } else {
                looked.backoff.failed();
                if (looked.hasAnswered && looked.troubles.isDue()) {
                    LOG.warn(
                            "messages past their end are still in {}: {}; trying again{}",
                            store.id(),
                            Failures.unwrap(problem).getMessage(),
                            looked.troubles.more());
                }
            }
            if (tally.spared.size() > CHUNK) {
                pause = PAUSE;
            }
            return null;
        });
    }

    /** What a message is known by: ids are unique for an owner. */
    private record Row(Jid owner, long id) {
        static Row of(StoredMessage row) {
            return new Row(row.owner(), row.id());
        }
    }

    /** What one pass over one store did. */
    private static final class Tally {
        private final Set<Row> spared = new HashSet<>();
        private final Set<Jid> owners = new HashSet<>();
        private long ended;

        void ended(Jid owner, int messages) {
            ended += messages;
            owners.add(owner);
        }
    }

    private CompletionStage<Void> chunk(Stores.Named store, Tally tally) {
        Spools present = spools;
        if (present == null || tally.spared.size() > SPARED_AT_MOST) {
            return CompletableFuture.completedFuture(null);
        }
        int asked = CHUNK + tally.spared.size();
        Instant now = clock.instant();
        return store.store()
                .expired(now, asked)
                .thenComposeAsync(
                        rows -> spareThoseOnTheirWay(rows, present, tally)
                                .thenComposeAsync(
                                        spared -> CompletableFuture.allOf(end(rows, now, store, present, tally)),
                                        executor)
                                .thenComposeAsync(
                                        done -> rows.size() < asked
                                                ? CompletableFuture.completedFuture(null)
                                                : chunk(store, tally),
                                        executor),
                        executor);
    }

    private CompletionStage<Void> spareThoseOnTheirWay(List<StoredMessage> rows, Spools present, Tally tally) {
        Map<Jid, List<Long>> byOwner =
                rows.stream().collect(groupingBy(StoredMessage::owner, mapping(StoredMessage::id, toList())));
        CompletionStage<Void> all = CompletableFuture.completedFuture(null);
        for (Map.Entry<Jid, List<Long>> of : byOwner.entrySet()) {
            all = all.thenCombineAsync(
                    present.onTheirWay(of.getKey(), of.getValue()),
                    (before, ids) -> {
                        ids.forEach(id -> tally.spared.add(new Row(of.getKey(), id)));
                        return null;
                    },
                    executor);
        }
        return all;
    }

    private CompletableFuture<?>[] end(
            List<StoredMessage> rows, Instant now, Stores.Named store, Spools present, Tally tally) {
        MessageRules reader = rules;
        List<CompletableFuture<?>> ends = new ArrayList<>();
        Map<Jid, List<StoredMessage>> unsaid = new HashMap<>();
        for (StoredMessage row : rows) {
            if (tally.spared.contains(Row.of(row))) {
                continue;
            }
            boolean ruled = MessageRules.mayBeCarriedBy(row);
            if (ruled && reader == null) {
                tally.spared.add(Row.of(row));
                continue;
            }
            AmpAction action = ruled ? reader.expired(row, now).orElse(null) : null;
            if (action == null || action.reply() == null) {
                unsaid.computeIfAbsent(row.owner(), owner -> new ArrayList<>()).add(row);
            } else {
                ends.add(tell(row, action, store, present, tally));
            }
        }
        unsaid.forEach((owner, gone) -> ends.add(gate.pass(
                        owner,
                        () -> store.store()
                                .remove(
                                        owner,
                                        gone.stream().map(StoredMessage::id).toList(),
                                        homes.fence(owner)))
                .thenAcceptAsync(
                        done -> {
                            tally.ended(owner, gone.size());
                            listeners.tell(one -> one.disposed(gone, Disposition.EXPIRED, null));
                        },
                        executor)
                .toCompletableFuture()));
        return ends.toArray(CompletableFuture[]::new);
    }

    /** Puts the message itself, if it goes on waiting, into its place, and leaves what its sender is told as owed to that one. */
    private CompletableFuture<Void> tell(
            StoredMessage row, AmpAction action, Stores.Named store, Spools present, Tally tally) {
        return owed.owing(
                        store,
                        () -> present.notice(action.reply())
                                .thenComposeAsync(
                                        notice -> {
                                            List<StoredMessage> own = new ArrayList<>();
                                            List<StoredMessage> others = new ArrayList<>();
                                            if (action.proceeds()) {
                                                own.add(settings.expiring(row.withExpiresAt(null)));
                                            }
                                            notice.ifPresent(told ->
                                                    (told.owner().equals(row.owner()) ? own : others).add(told));
                                            return replace(row, own, others, store.store())
                                                    .thenApplyAsync(
                                                            there -> {
                                                                if (there) { // else proved meanwhile
                                                                    replaced(row, own, others, action, present, tally);
                                                                }
                                                                return there && !others.isEmpty();
                                                            },
                                                            executor);
                                        },
                                        executor))
                .toCompletableFuture();
    }

    private CompletionStage<Boolean> replace(
            StoredMessage row, List<StoredMessage> own, List<StoredMessage> others, MessageStore store) {
        return gate.pass(
                row.owner(), () -> store.replace(row.owner(), row.id(), own, others, homes.fence(row.owner())));
    }

    private void replaced(
            StoredMessage row,
            List<StoredMessage> own,
            List<StoredMessage> others,
            AmpAction action,
            Spools present,
            Tally tally) {
        if (!action.proceeds()) {
            tally.ended(row.owner(), 1);
            listeners.tell(one ->
                    one.disposed(List.of(row), Disposition.EXPIRED, "a rule of the message; its sender was told"));
        }
        if (!own.isEmpty()) {
            present.arrived(row.owner());
        }
        others.forEach(told -> present.arrived(told.owner())); // a store that keeps nothing owed has stored it at once
    }
}
