package im.restante.internal.delivery;

import im.restante.amp.Effect;
import im.restante.amp.MessageRules;
import im.restante.config.ConfigException;
import im.restante.internal.support.Threads;
import im.restante.jid.Jid;
import im.restante.session.Spools;
import im.restante.store.MessageStore;
import im.restante.store.StoredMessage;
import im.restante.why.Fate;
import im.restante.why.Witness;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * of the message wants then (XEP-0079) is done in the same step as its removal. Spares messages that are being handed to a
 * session: they are looked at again when that has succeeded or failed; and messages with rules while nobody can read those.
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
    /** Passes left out when one failed, or had more to look past than it could do. */
    private static final int PAUSE = 60;

    private final OwnerGate gate;
    private final Clock clock;
    private final Map<ServiceReference<MessageStore>, Stores.Named> stores = new ConcurrentHashMap<>();
    private final AtomicBoolean running = new AtomicBoolean();
    private Executor executor;
    private ScheduledExecutorService timer;
    private volatile Spools spools;
    private volatile Witness witness = Witness.NONE;
    private volatile MessageRules rules;
    private volatile OfflineSettings settings;
    private volatile int pause;

    @Activate
    public Retention(Map<String, Object> values, @Reference OwnerGate gate) {
        this(values, gate, Clock.systemUTC(), null);
    }

    Retention(Map<String, ?> values, OwnerGate gate, Clock clock, Executor executor) {
        this.settings = OfflineSettings.of(values);
        this.gate = gate;
        this.clock = clock;
        this.executor = executor;
    }

    @Modified
    void modified(Map<String, Object> values) {
        try {
            settings = OfflineSettings.of(values);
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
        stores.put(reference, new Stores.Named(Stores.id(reference), store));
    }

    void unbindStore(ServiceReference<MessageStore> reference) {
        stores.remove(reference);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindSpools(Spools present) {
        spools = present;
    }

    void unbindSpools(Spools gone) {
        if (spools == gone) { // a successor is bound before
            spools = null;
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

    private void tick() {
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
        for (Stores.Named store : stores.values()) {
            all = all.thenCompose(done -> purge(store));
        }
        all.whenComplete((done, never) -> running.set(false));
    }

    private CompletionStage<Void> purge(Stores.Named store) {
        Tally tally = new Tally();
        return guarded(() -> chunk(store.store(), tally)).handle((done, problem) -> {
            if (tally.ended > 0) {
                LOG.info(
                        "{} messages for {} owners in {} had waited as long as they may",
                        tally.ended,
                        tally.owners.size(),
                        store.id());
            }
            if (problem != null) {
                LOG.warn(
                        "messages past their end are still in {}: {}; trying again in {} s",
                        store.id(),
                        Failures.unwrap(problem).getMessage(),
                        SECONDS_BETWEEN * PAUSE);
            }
            if (problem != null || tally.spared.size() > CHUNK) {
                pause = PAUSE;
            }
            return null;
        });
    }

    /** What one pass over one store did. */
    private static final class Tally {
        private final Set<Long> spared = new HashSet<>();
        private final Set<Jid> owners = new HashSet<>();
        private long ended;

        void ended(Jid owner, int messages) {
            ended += messages;
            owners.add(owner);
        }
    }

    private CompletionStage<Void> chunk(MessageStore store, Tally tally) {
        Spools present = spools;
        if (present == null || tally.spared.size() > SPARED_AT_MOST) {
            return CompletableFuture.completedFuture(null);
        }
        int asked = CHUNK + tally.spared.size();
        Instant now = clock.instant();
        return store.expired(now, asked)
                .thenComposeAsync(
                        rows -> CompletableFuture.allOf(end(rows, now, store, present, tally))
                                .thenComposeAsync(
                                        done -> rows.size() < asked
                                                ? CompletableFuture.completedFuture(null)
                                                : chunk(store, tally),
                                        executor),
                        executor);
    }

    private CompletableFuture<?>[] end(
            List<StoredMessage> rows, Instant now, MessageStore store, Spools present, Tally tally) {
        MessageRules reader = rules;
        List<CompletableFuture<?>> ends = new ArrayList<>();
        Map<Jid, List<StoredMessage>> unsaid = new HashMap<>();
        for (StoredMessage row : rows) {
            if (tally.spared.contains(row.id())) {
                continue;
            }
            boolean ruled = MessageRules.mayBeCarriedBy(row);
            if (present.isOnItsWay(row.owner(), row.id()) || ruled && reader == null) {
                tally.spared.add(row.id());
                continue;
            }
            Effect effect = ruled ? reader.expired(row, now).orElse(null) : null;
            if (effect == null || effect.reply() == null) {
                unsaid.computeIfAbsent(row.owner(), owner -> new ArrayList<>()).add(row);
            } else {
                ends.add(tell(row, effect, store, present, tally));
            }
        }
        unsaid.forEach((owner, gone) -> ends.add(gate.pass(
                        owner,
                        () -> store.remove(
                                owner, gone.stream().map(StoredMessage::id).toList()))
                .thenAcceptAsync(
                        done -> {
                            tally.ended(owner, gone.size());
                            witness.fate(gone, Fate.EXPIRED, null);
                        },
                        executor)
                .toCompletableFuture()));
        return ends.toArray(CompletableFuture[]::new);
    }

    /** Puts what the sender is told, and the message itself if it goes on waiting, into its place. */
    private CompletableFuture<Void> tell(
            StoredMessage row, Effect effect, MessageStore store, Spools present, Tally tally) {
        return present.notice(effect.reply())
                .thenComposeAsync(
                        notice -> {
                            List<StoredMessage> successors = new ArrayList<>();
                            if (effect.proceeds()) {
                                successors.add(settings.expiring(OfflineSettings.endless(row)));
                            }
                            notice.ifPresent(successors::add);
                            return gate.pass(row.owner(), () -> store.replace(row.owner(), row.id(), successors))
                                    .thenAcceptAsync(
                                            there -> told(row, notice, effect, there, present, tally), executor);
                        },
                        executor)
                .toCompletableFuture();
    }

    private void told(
            StoredMessage row,
            Optional<StoredMessage> notice,
            Effect effect,
            boolean there,
            Spools present,
            Tally tally) {
        if (!there) {
            return; // proved meanwhile
        }
        if (!effect.proceeds()) {
            tally.ended(row.owner(), 1);
            witness.fate(List.of(row), Fate.EXPIRED, "a rule of the message; its sender was told");
        }
        notice.ifPresent(told -> present.arrived(told.owner()));
        if (effect.proceeds()) {
            present.arrived(row.owner());
        }
    }

    private static CompletionStage<Void> guarded(Supplier<CompletionStage<Void>> step) {
        try {
            return step.get();
        } catch (RuntimeException | LinkageError e) { // a store that is going away
            return CompletableFuture.failedFuture(e);
        }
    }
}
