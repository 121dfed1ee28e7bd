package im.restante.internal.delivery;

import im.restante.account.AccountListener;
import im.restante.amp.MessageRules;
import im.restante.archive.ArchivePolicy;
import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsListener;
import im.restante.config.SettingsTrial;
import im.restante.delivery.ChosenStore;
import im.restante.delivery.Delivery;
import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.filter.MessageFilter;
import im.restante.home.Homes;
import im.restante.internal.support.Announcement;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.SerialExecutor;
import im.restante.internal.support.Threads;
import im.restante.iq.FeatureProvider;
import im.restante.jid.Jid;
import im.restante.message.MessageListener;
import im.restante.move.MessageStores;
import im.restante.offline.OfflineSettings;
import im.restante.quota.QuotaService;
import im.restante.session.Spools;
import im.restante.stanza.Message;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.ComponentServiceObjects;
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
 * Filter, quota, store on the way in; page and remove on the way out. Everything it uses may be replaced at any moment; what
 * comes meanwhile waits, in order, for as long as {@code swap-timeout-seconds} allows.
 *
 * <p>Time is kept by a tick instead of a timer per message: deadlines are good to {@value #TICK_MILLIS} ms.
 */
@Component(
        service = {
            Delivery.class,
            FeatureProvider.class,
            AccountListener.class,
            MessageStores.class,
            SettingsTrial.class
        },
        immediate = true,
        configurationPid = OfflineSettings.PID,
        property = SettingsTrial.PID + "=" + OfflineSettings.PID)
public final class SpoolDelivery implements Delivery, FeatureProvider, AccountListener, MessageStores, SettingsTrial {
    static final long TICK_MILLIS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(SpoolDelivery.class);
    /** Where there are no virtual ones. */
    private static final int THREADS = 4;
    /** Rows that come back in one go; a store's queue takes more, but others want to get in too. */
    private static final int REQUEUE_CHUNK = 256;

    /** By that much a store is given up before those who wait for it are. */
    private static final long MISSING_MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2 * TICK_MILLIS);

    /** A removal is tried again until it is made, see {@link OwedRemovals}: each try has a deadline of its own. */
    private static final Duration UNTIL_DONE = Duration.ofDays(3_650);

    private final Services services;
    private final LongSupplier nanoTime;
    private final Executor workers;
    private final Stores stores;
    private final OwedRemovals owed;
    private final FirstAnswers firstAnswers;
    /** Held while a store comes or goes, so that what it is and what it is owed change together. Nothing is called out to. */
    private final Object comings = new Object();

    private final MergedStores merged;
    private final OwnerGate gate;
    private final OwedMessages owedMessages;
    private final Purges purges;
    private final StorePipeline intake;
    private final Announcement<SettingsListener, String> inForce = new Announcement<>(
            "settings listener",
            () -> settings().toString(),
            (listener, values) -> listener.inForce("delivery", OfflineSettings.PID, values));
    private final SerialExecutor service; // serves who waits for a service that was missing
    private final AtomicBoolean serviceAsked = new AtomicBoolean();
    private final Set<Timed> underWay = ConcurrentHashMap.newKeySet();
    private volatile ScheduledExecutorService ticker; // null: not started yet

    private volatile ComponentServiceObjects<Spools> spools;

    /** Null in a test without a framework. */
    @Activate
    private BundleContext context;

    // in the executor of who waits for a service
    private String announced; // null: none
    private ServiceRegistration<ChosenStore> announcement;

    @Activate
    public SpoolDelivery(
            Map<String, Object> values,
            @Reference OwnerGate gate,
            @Reference OwedMessages owedMessages,
            @Reference Homes homes) {
        this(
                values,
                gate,
                owedMessages,
                homes,
                Threads.tasks("restante-delivery", THREADS),
                System::nanoTime,
                Clock.systemUTC());
    }

    SpoolDelivery(
            Map<String, ?> values,
            OwnerGate gate,
            OwedMessages owedMessages,
            Homes homes,
            Executor workers,
            LongSupplier nanoTime,
            Clock clock) {
        this.services = new Services(StorageSettings.of(values), homes);
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.stores = services.stores;
        this.owed = new OwedRemovals(stores, gate, homes, workers, nanoTime, () -> services.settings.storeTimeout());
        this.firstAnswers = new FirstAnswers(workers, nanoTime, this::reached);
        this.merged = new MergedStores(stores, owed, gate);
        this.gate = gate;
        this.owedMessages = owedMessages;
        this.purges = new Purges(stores, gate, owedMessages, homes, workers, nanoTime, clock, services.listeners);
        this.intake = new StorePipeline(services, workers, nanoTime, underWay, this::serveWaiting, this::remove);
        this.service = new SerialExecutor(workers);
    }

    @Activate
    void open() {
        ticker = Executors.newSingleThreadScheduledExecutor(Threads.daemons("restante-delivery-tick"));
        ticker.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Lets appends that are under way end, for a while; what waits is passed on to the delivery that comes next. */
    @Deactivate
    void close() {
        services.closed = true;
        ticker.shutdown();
        long end = nanoTime.getAsLong() + services.settings.swapTimeout().toNanos() / 2; // who waits outlasts that
        for (Timed timed : underWay) {
            if (timed.isWaiting() || timed instanceof PendingRequest<?>) { // callers ask the next one
                timed.check(nanoTime.getAsLong(), true);
            }
        }
        intake.passOnRepeats();
        intake.serveWaiting();
        while (isBusy() && nanoTime.getAsLong() - end < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        underWay.forEach(t -> t.check(nanoTime.getAsLong(), true));
        intake.end();
        service.execute(() -> announce(null));
        if (workers instanceof ExecutorService pool) {
            pool.shutdown(); // what has been handed over still runs
        }
    }

    private StorageSettings settings() {
        return services.settings;
    }

    private boolean isBusy() {
        return !underWay.isEmpty() || !intake.isIdle();
    }

    @Modified
    void modified(Map<String, Object> values) {
        try {
            StorageSettings changed = StorageSettings.of(values);
            services.settings = changed;
            stores.want(changed.store());
            serveWaiting();
            inForce.changed();
        } catch (ConfigException e) {
            LOG.error("{}; the values before stay in force: {}", e.getMessage(), services.settings);
        }
    }

    @Override
    public SettingsDescriptor descriptor() {
        return OfflineSettings.DESCRIPTOR;
    }

    @Override
    public List<String> judge(Map<String, ?> values) {
        OfflineSettings.of(values);
        return List.of();
    }

    @Reference(
            service = MessageStore.class,
            target = "(" + MessageStore.ID + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "updatedStore")
    void bindStore(ServiceReference<MessageStore> reference, MessageStore store) {
        String id = Stores.id(reference);
        Runnable after;
        synchronized (comings) {
            after = owed.gone(id); // what is removed before it has answered is owed
            stores.miss(id, nanoTime.getAsLong()); // nothing is read before it has made up for what it missed
            stores.bind(reference, store);
        }
        after.run();
        firstAnswers.ask(reference, store);
        serveWaiting();
    }

    /** A store has answered for the first time since it came. */
    private void reached(ServiceReference<MessageStore> reference, MessageStore store) {
        String id = Stores.id(reference);
        Runnable after;
        synchronized (comings) {
            if (!stores.reached(reference, store)) {
                return;
            }
            after = owed.back(id, store); // what is removed until now is owed, or it gets it itself
            stores.found(id);
        }
        after.run();
        serveWaiting();
        if (ticker != null) { // else it was there before us
            workers.execute(this::tellSessions);
        }
    }

    void updatedStore(ServiceReference<MessageStore> reference) {
        stores.updated(reference);
        serveWaiting();
    }

    void unbindStore(ServiceReference<MessageStore> reference) {
        if (services.closed) {
            return; // nothing will be asked of it any more, and nobody needs to read that it is gone
        }
        firstAnswers.forget(reference);
        String id = Stores.id(reference);
        List<Runnable> after = new ArrayList<>();
        synchronized (comings) {
            after.add(owed.gone(id)); // before it is: a removal must find the one or the other
            if (stores.hasSuccessor(reference)) {
                stores.unbind(reference);
                stores.inUse().stream()
                        .filter(heir -> heir.id().equals(id))
                        .findFirst()
                        .ifPresent(heir -> after.add(owed.back(id, heir.store())));
            } else {
                stores.miss(id, nanoTime.getAsLong());
                stores.unbind(reference);
            }
        }
        after.forEach(Runnable::run);
        serveWaiting();
    }

    /** Only their reference: to get them here would be to start who uses us while we start. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindSpools(ComponentServiceObjects<Spools> present) {
        spools = present;
    }

    void unbindSpools(ComponentServiceObjects<Spools> gone) {
        if (spools == gone) {
            spools = null;
        }
    }

    private void tellSessions() {
        ComponentServiceObjects<Spools> present = spools;
        Spools told = present == null ? null : present.getService();
        if (told != null) {
            told.arrived();
            present.ungetService(told);
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindFilter(MessageFilter present) {
        services.filter = present;
        serveWaiting();
    }

    void unbindFilter(MessageFilter gone) {
        if (services.filter == gone) { // a successor is bound before
            services.filter = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindQuota(QuotaService present) {
        services.quota = present;
        serveWaiting();
    }

    void unbindQuota(QuotaService gone) {
        if (services.quota == gone) {
            services.quota = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindArchivePolicy(ArchivePolicy present) {
        intake.copies().bind(present);
        serveWaiting();
    }

    void unbindArchivePolicy(ArchivePolicy gone) {
        intake.copies().unbind(gone);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addMessageListener(MessageListener listener) {
        services.listeners.add(listener);
    }

    void removeMessageListener(MessageListener listener) {
        services.listeners.remove(listener);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSettingsListener(SettingsListener listener) {
        inForce.add(listener);
    }

    void removeSettingsListener(SettingsListener listener) {
        inForce.remove(listener);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindRules(MessageRules present) {
        services.rules = present;
    }

    void unbindRules(MessageRules gone) {
        if (services.rules == gone) {
            services.rules = null;
        }
    }

    @Override
    public Set<String> serverFeatures() {
        return services.settings.storing() ? Set.of("msgoffline") : Set.of();
    }

    @Override
    public CompletionStage<Void> removing(Jid account) {
        return purges.empty(account);
    }

    /** Once more, for what came until the account was gone. */
    @Override
    public void removed(Jid account) {
        purges.purge(account);
    }

    @Override
    public List<String> names() {
        return stores.present().stream().map(Stores.Named::id).toList();
    }

    @Override
    public Optional<MessageStore> find(String name) {
        return stores.find(name).map(Stores.Named::store);
    }

    @Override
    public Optional<String> chosen() {
        return Optional.ofNullable(stores.chosen()).map(Stores.Named::id);
    }

    @Override
    public CompletionStage<Void> hold(Collection<Jid> owners) {
        return gate.close(owners);
    }

    @Override
    public void release(Collection<Jid> owners) {
        gate.open(owners);
    }

    @Override
    public CompletionStage<Void> settled() {
        return owed.settled();
    }

    @Override
    public List<StoredMessage> withoutRemoved(String name, Jid owner, List<StoredMessage> page) {
        return owed.without(name, owner, page);
    }

    @Override
    public CompletionStage<Long> carryOwed(String name) {
        return stores.find(name)
                .map(owedMessages::carried)
                .orElseGet(() -> CompletableFuture.failedFuture(
                        new StoreException("the store " + name + " is not there any more")));
    }

    @Override
    public StorageDecision judge(Message message, Jid owner) {
        return intake.judge(message);
    }

    @Override
    public CompletionStage<Verdict> store(Message message, StoredMessage row, StorageDecision.Keep keep, Claim claim) {
        StoredMessage ending = MessageRules.areCarriedBy(message) ? ruled(row) : row;
        return intake.store(message, services.settings.expiring(ending), keep, claim, false);
    }

    @Override
    public CompletionStage<Verdict> rehearse(
            Message message, StoredMessage row, StorageDecision.Keep keep, Claim claim) {
        return intake.store(message, row, keep, claim, true);
    }

    /** The row with the moment at which its rules have to be looked at again. */
    private StoredMessage ruled(StoredMessage row) {
        MessageRules current = services.rules;
        try {
            return current == null
                    ? row
                    : current.expiry(row)
                            .map(end -> StorageSettings.ending(row, end))
                            .orElse(row);
        } catch (RuntimeException | LinkageError e) {
            if (services.rules == current) {
                throw e;
            }
            return ruled(row); // it is being replaced
        }
    }

    private void serveWaiting() {
        if (serviceAsked.compareAndSet(false, true)) {
            service.execute(() -> {
                serviceAsked.set(false); // who asks from here on is served once more
                Stores.Named chosen = stores.chosen();
                announce(services.closed || chosen == null ? null : chosen.id());
                intake.serveWaiting();
                for (Timed timed : underWay) {
                    if (timed instanceof PendingRequest<?> request && request.isWaiting()) {
                        request.start();
                    }
                }
            });
        }
    }

    /** Says by a service which store takes new messages. */
    private void announce(String idOrNull) {
        if (context == null || Objects.equals(idOrNull, announced)) {
            return;
        }
        announced = idOrNull;
        try {
            if (announcement != null) {
                announcement.unregister();
                announcement = null;
            }
            if (idOrNull != null) {
                announcement = context.registerService(ChosenStore.class, () -> idOrNull, null);
            }
        } catch (IllegalStateException e) {
            LOG.debug("the bundle is being stopped, and its services with it", e);
        }
    }

    /** Ends what is over its time. */
    void tick() {
        try {
            long now = nanoTime.getAsLong();
            if (stores.doWithout(now - services.settings.swapTimeout().toNanos() + MISSING_MARGIN_NANOS)) {
                serveWaiting();
            }
            underWay.forEach(timed -> timed.check(now, false));
            intake.tick(now);
            firstAnswers.tick();
            owed.tick();
            if (intake.hasWaiting()) {
                serveWaiting(); // sends those away who gave up
            }
            purges.tick();
        } catch (Throwable e) { // else the next tick would not come
            OutOfMemory.endsProcess(e);
            LOG.error("checking deadlines failed; trying again", e);
        }
    }

    @Override
    public CompletionStage<Void> requeue(List<StoredMessage> rows, Consumer<StoredMessage> durable) {
        if (rows.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<StoredMessage> now = rows.subList(0, Math.min(REQUEUE_CHUNK, rows.size())).stream()
                .map(this::ruled)
                .map(services.settings::expiring)
                .toList();
        List<StoredMessage> later = rows.subList(now.size(), rows.size());
        return this.<Void>ask(() -> requeueAtOnce(now, durable), null).thenCompose(done -> requeue(later, durable));
    }

    private CompletionStage<Void> requeueAtOnce(List<StoredMessage> rows, Consumer<StoredMessage> durable) {
        Stores.Named store = stores.chosen();
        if (store == null) {
            return null;
        }
        List<CompletableFuture<Void>> all = new ArrayList<>(rows.size());
        for (StoredMessage row : rows) {
            all.add(store.store()
                    .append(row, Admission.UNLIMITED, services.homes.fence(row.owner()), Claim.NEVER_WITHDRAWN)
                    .thenCompose(appended -> appended instanceof Appended.Stored
                            ? CompletableFuture.<Void>completedFuture(null)
                            : CompletableFuture.<Void>failedFuture(
                                    new StoreException("the store " + store.id() + " refused what has no limit")))
                    .thenRun(() -> durable.accept(row))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes) {
        return ask(() -> merged.page(owner, afterId, rows, bytes), null)
                .thenCompose(read -> read.<CompletionStage<List<StoredMessage>>>map(CompletableFuture::completedFuture)
                        .orElseGet(() -> page(owner, afterId, rows, bytes)));
    }

    @Override
    public CompletionStage<Long> count(Jid owner) {
        return ask(() -> merged.count(owner), null);
    }

    @Override
    public CompletionStage<Void> remove(Jid owner, Collection<Long> ids) {
        List<Long> gone = List.copyOf(ids);
        return ask(() -> merged.remove(owner, gone), null, UNTIL_DONE);
    }

    @Override
    public CompletionStage<Long> largestId() {
        return ask(merged::largestId, () -> 0L);
    }

    @Override
    public CompletionStage<Long> reserveIds(long upTo) {
        return ask(() -> merged.reserveIds(upTo), () -> 0L);
    }

    /** Asks now, or as soon as somebody is there to be asked. */
    private <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> question, Supplier<T> inVain) {
        return ask(question, inVain, services.settings.storeTimeout());
    }

    private <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> question, Supplier<T> inVain, Duration timeout) {
        StorageSettings now = services.settings;
        PendingRequest<T> request = new PendingRequest<>(
                question,
                inVain,
                workers,
                nanoTime.getAsLong(),
                timeout.toNanos(),
                now.swapTimeout().toNanos());
        if (services.closed) {
            return CompletableFuture.failedFuture(new StoreException("delivery is being stopped"));
        }
        request.answer.whenComplete((value, problem) -> underWay.remove(request));
        boolean started = request.start();
        if (!request.answer.isDone()) {
            underWay.add(request);
            if (request.answer.isDone()) { // ended between the two lines
                underWay.remove(request);
            }
        }
        if (!started) {
            serveWaiting();
        }
        if (services.closed) { // since then: perhaps nobody looks at it any more
            request.check(nanoTime.getAsLong(), true);
        }
        return request.answer;
    }
}
