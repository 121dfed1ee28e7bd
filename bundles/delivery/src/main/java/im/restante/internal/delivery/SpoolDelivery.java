package im.restante.internal.delivery;

import im.restante.account.AccountListener;
import im.restante.amp.MessageRules;
import im.restante.config.ConfigException;
import im.restante.delivery.Delivery;
import im.restante.delivery.Judgement;
import im.restante.delivery.Verdict;
import im.restante.filter.MessageFilter;
import im.restante.filter.Opinion;
import im.restante.internal.delivery.PendingStore.GivenUp;
import im.restante.internal.delivery.TermsLines.Ready;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.Threads;
import im.restante.iq.FeatureProvider;
import im.restante.jid.Jid;
import im.restante.migration.LongWork;
import im.restante.migration.Migration;
import im.restante.quota.QuotaService;
import im.restante.quota.Terms;
import im.restante.session.Spools;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.why.Fate;
import im.restante.why.Witness;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Filter, quota, store on the way in; page and remove on the way out. Everything it uses may be replaced at any moment; what
 * comes meanwhile waits, in order, for as long as {@code swap-timeout-seconds} allows.
 *
 * <p>Time is kept by a tick instead of a timer per message: deadlines are good to {@value #TICK_MILLIS} ms.
 */
@Component(
        service = {Delivery.class, FeatureProvider.class, AccountListener.class, Migration.class},
        immediate = true,
        configurationPid = OfflineSettings.PID,
        property = Migration.WHAT + "=" + Migration.MESSAGES)
@Designate(ocd = SpoolDelivery.Config.class)
public final class SpoolDelivery implements Delivery, FeatureProvider, AccountListener, Migration {
    static final long TICK_MILLIS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(SpoolDelivery.class);
    private static final int LANES = 4;
    /** Where there are no virtual ones. */
    private static final int THREADS = 4;
    /** A broken disk shall not fill the log's disk too. */
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
    /** Tells how many of a pair there are when everything handed over before is stored, and stores nothing. */
    private static final Admission NOTHING = new Admission(0, Admission.OnFull.REFUSE);

    private static final CompletableFuture<Terms> NO_TERMS = CompletableFuture.completedFuture(null);
    /** Rows that come back in one go; a store's queue takes more, but others want to get in too. */
    private static final int PUT_BACK_CHUNK = 256;

    /** By that much a store is given up before those who wait for it are. */
    private static final long MISSING_MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2 * TICK_MILLIS);

    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    @ObjectClassDefinition(
            name = "Restante offline messages",
            description = "What is stored, where, and how long anything waits")
    @interface Config {
        @AttributeDefinition(
                description = "Store messages for those who are away; if not, waiting ones are still delivered")
        boolean msg$_$offline() default true;

        @AttributeDefinition(description = "store.id of the store for new messages; empty: the highest ranking one")
        String store() default "";

        @AttributeDefinition(description = "Seconds until a sender is told that a message could not be stored")
        int store$_$timeout$_$seconds() default OfflineSettings.STORE_TIMEOUT_SECONDS;

        @AttributeDefinition(description = "Seconds to wait for a service that is being replaced")
        int swap$_$timeout$_$seconds() default OfflineSettings.SWAP_TIMEOUT_SECONDS;

        @AttributeDefinition(description = "Days that a message waits, from then on stored; 0: for ever")
        int retention$_$days() default 0;
    }

    private final LongSupplier nanoTime;
    private final Executor workers;
    private final Stores stores;
    private final OwedRemovals owed = new OwedRemovals();
    private final MergedStores merged;
    private final MessageMigrations migrations;
    private final Purges purges;
    private final Lane[] lanes = new Lane[LANES]; // by owner, so that an owner's verdicts complete in order
    private final Lane service; // serves the waiting room
    private final WaitingRoom room = new WaitingRoom(); // for a service that is missing
    private final TermsLines lines = new TermsLines(); // for an owner's limit that is being looked up, or for his turn
    private final OpenAppends openAppends = new OpenAppends();
    private final AtomicBoolean serviceAsked = new AtomicBoolean();
    private final Set<Timed> underWay = ConcurrentHashMap.newKeySet();
    private final LogLimit failureLines;
    private final LogLimit inVainLines;
    private volatile ScheduledExecutorService ticker; // null: not started yet

    private volatile OfflineSettings settings;
    private volatile MessageFilter filter;
    private volatile QuotaService quota;
    private volatile Witness witness = Witness.NONE;
    private volatile MessageRules rules;
    private volatile ComponentServiceObjects<Spools> spools;
    private volatile boolean closed;

    @Activate
    public SpoolDelivery(Map<String, Object> values, @Reference OwnerGate gate) {
        this(values, gate, Threads.tasks("restante-delivery", THREADS), System::nanoTime, Clock.systemUTC());
    }

    SpoolDelivery(Map<String, ?> values, OwnerGate gate, Executor workers, LongSupplier nanoTime, Clock clock) {
        this.settings = OfflineSettings.of(values);
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.stores = new Stores(settings.store());
        this.merged = new MergedStores(stores, owed, gate);
        this.migrations = new MessageMigrations(stores, gate, owed);
        this.purges = new Purges(stores, gate, workers, nanoTime, clock, () -> witness);
        for (int i = 0; i < LANES; i++) {
            lanes[i] = new Lane(workers);
        }
        this.service = new Lane(workers);
        this.failureLines = new LogLimit(BETWEEN_LINES, nanoTime);
        this.inVainLines = new LogLimit(BETWEEN_LINES, nanoTime);
    }

    @Activate
    void open() {
        ticker = Executors.newSingleThreadScheduledExecutor(Threads.daemons("restante-delivery-tick"));
        ticker.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Lets appends that are under way end, for a while; what waits is told that nothing can be stored. */
    @Deactivate
    void close() {
        closed = true;
        migrations.close();
        ticker.shutdown();
        long end = nanoTime.getAsLong() + CLOSE_NANOS;
        underWay.stream().filter(Timed::isWaiting).forEach(t -> t.check(nanoTime.getAsLong(), true));
        while (isBusy() && nanoTime.getAsLong() - end < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        underWay.forEach(t -> t.check(nanoTime.getAsLong(), true));
        if (workers instanceof ExecutorService pool) {
            pool.shutdown(); // what has been handed over still runs
        }
    }

    private boolean isBusy() {
        if (!underWay.isEmpty()) {
            return true;
        }
        for (Lane lane : lanes) {
            if (!lane.isIdle()) {
                return true;
            }
        }
        return false;
    }

    @Modified
    void modified(Map<String, Object> values) {
        try {
            OfflineSettings changed = OfflineSettings.of(values);
            settings = changed;
            stores.want(changed.store());
            serveWaiting();
        } catch (ConfigException e) {
            LOG.error("{}; the values before stay in force: {}", e.getMessage(), settings);
        }
    }

    @Reference(
            service = MessageStore.class,
            target = "(" + MessageStore.ID + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "updatedStore")
    void bindStore(ServiceReference<MessageStore> reference, MessageStore store) {
        String id = Stores.id(reference);
        stores.miss(id, nanoTime.getAsLong()); // nothing is read before it has made up for what it missed
        stores.bind(reference, store);
        owed.back(id, store); // what is removed until now is owed, or it gets it itself
        stores.found(id);
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
        if (closed) {
            return; // nothing will be asked of it any more, and nobody needs to read that it is gone
        }
        if (!stores.hasSuccessor(reference)) {
            String id = Stores.id(reference);
            owed.gone(id); // before it is: a removal must find the one or the other
            stores.miss(id, nanoTime.getAsLong());
        }
        stores.unbind(reference);
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
        filter = present;
        serveWaiting();
    }

    void unbindFilter(MessageFilter gone) {
        if (filter == gone) { // a successor is bound before
            filter = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindQuota(QuotaService present) {
        quota = present;
        serveWaiting();
    }

    void unbindQuota(QuotaService gone) {
        if (quota == gone) {
            quota = null;
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
    }

    void unbindRules(MessageRules gone) {
        if (rules == gone) {
            rules = null;
        }
    }

    @Override
    public Set<String> serverFeatures() {
        return settings.storing() ? Set.of("msgoffline") : Set.of();
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
    public LongWork start(String from, String to) {
        return migrations.start(from, to);
    }

    @Override
    public Optional<LongWork> latest() {
        return migrations.latest();
    }

    @Override
    public Judgement judge(Message message, Jid owner) {
        MessageFilter current = filter;
        return current == null ? Unjudged.KEEP : judge(message, current);
    }

    private Judgement judge(Message message, MessageFilter by) {
        Opinion opinion = by.decide(message);
        if (opinion instanceof Opinion.Keep keep) {
            return settings.storing()
                    ? new Judgement.Keep(keep.rule())
                    : new Judgement.Skip("msg-offline=false", Answers.unlessNeverBounced(message, Answers.UNAVAILABLE));
        }
        String rule = opinion instanceof Opinion.Skip skip ? skip.rule() : "no opinion";
        return new Judgement.Skip(rule, Answers.forSkipped(message));
    }

    @Override
    public CompletionStage<Verdict> store(Message message, StoredMessage row, Judgement.Keep keep) {
        MessageRules current = MessageRules.areCarriedBy(message) ? rules : null;
        return store(message, settings.expiring(current == null ? row : ruled(row, current)), keep, false);
    }

    @Override
    public CompletionStage<Verdict> rehearse(Message message, StoredMessage row, Judgement.Keep keep) {
        return store(message, row, keep, true);
    }

    private CompletionStage<Verdict> store(Message message, StoredMessage row, Judgement.Keep keep, boolean rehearsal) {
        OfflineSettings now = settings;
        PendingStore pending = new PendingStore(
                message,
                row,
                keep,
                rehearsal,
                nanoTime.getAsLong(),
                now.storeTimeout().toNanos(),
                now.swapTimeout().toNanos(),
                this::giveUp);
        if (closed) {
            giveUp(pending, GivenUp.WAITED_IN_VAIN);
        } else if (room.isOccupied() || !tryStore(pending)) {
            underWay.add(pending);
            if (room.enter(pending)) {
                serveWaiting(); // what was missing may have come just now
            } else if (pending.claim()) {
                giveUp(pending, GivenUp.WAITED_IN_VAIN);
            }
        }
        return pending.verdict;
    }

    /** The row with the moment at which its rules have to be looked at again. */
    private static StoredMessage ruled(StoredMessage row, MessageRules rules) {
        return rules.expiry(row).map(end -> OfflineSettings.ending(row, end)).orElse(row);
    }

    /** False if something that is needed is not there. */
    private boolean tryStore(PendingStore pending) {
        if (!pending.isWaiting()) {
            return true; // given up meanwhile
        }
        Judgement.Keep keep = pending.keep;
        if (Unjudged.is(keep)) {
            MessageFilter current = filter;
            if (current == null) {
                return false;
            }
            Judgement judgement = judge(pending.message, current);
            if (judgement instanceof Judgement.Skip skip) {
                if (pending.claim()) {
                    finish(pending, new Verdict.Skipped(skip.reason(), skip.answer()));
                }
                return true;
            }
            Judgement.Keep judged = (Judgement.Keep) judgement;
            keep = keep.unlimited() ? judged.withoutLimit() : judged;
        }
        QuotaService limits = quota;
        if (stores.chosen() == null || limits == null && !keep.unlimited()) {
            return false;
        }
        if (pending.claim()) {
            underWay.add(pending);
            inTurn(new Ready(pending, keep, keep.unlimited() ? NO_TERMS : terms(limits, pending)));
        }
        return true;
    }

    private static CompletableFuture<Terms> terms(QuotaService limits, PendingStore pending) {
        try {
            return limits.terms(pending.row.owner(), pending.row.sender()).toCompletableFuture();
        } catch (RuntimeException | LinkageError e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Appends at once, unless the terms, or somebody in front, must be waited for. */
    private void inTurn(Ready ready) {
        Stores.Named store = stores.chosen();
        if (store != null && ready.terms().isDone() && !lines.has(ready.owner()) && mayBegin(ready, store)) {
            append(ready, store);
        } else if (lines.join(ready)) {
            ready.terms().whenComplete((terms, problem) -> serveLine(ready.owner()));
        } else {
            giveUp(ready.pending(), GivenUp.WAITED_IN_VAIN);
        }
    }

    private void serveLine(Jid owner) {
        lane(owner)
                .execute(
                        () -> { // an owner has one lane: nobody else serves this line meanwhile
                            for (Ready head = lines.head(owner); head != null; head = lines.head(owner)) {
                                Stores.Named store = stores.chosen();
                                if (head.pending().verdict.isDone()) {
                                    lines.leave(head); // given up
                                } else if (head.terms().isDone() && store != null && mayBegin(head, store)) {
                                    append(head, store);
                                    lines.leave(head); // behind the append: who comes now passes by, and must not come
                                    // before
                                } else {
                                    return;
                                }
                            }
                        });
    }

    /** Not while an earlier message of this owner is on its way to another store. */
    private boolean mayBegin(Ready ready, Stores.Named store) {
        if (!openAppends.begin(ready.owner(), store.store())) {
            return false;
        }
        ready.pending().opened();
        return true;
    }

    private void append(Ready ready, Stores.Named store) {
        PendingStore pending = ready.pending();
        CompletionStage<Appended> appending;
        Terms terms = null;
        try {
            terms = ready.terms().join();
            Admission admission = terms == null ? Admission.UNLIMITED : terms.admission();
            appending = store.store().append(pending.row, pending.rehearsal ? NOTHING : admission);
        } catch (RuntimeException | LinkageError e) {
            appending = CompletableFuture.failedFuture(e);
        }
        if (appending == null) {
            appending = CompletableFuture.failedFuture(new StoreException("append answered null"));
        }
        Terms on = terms;
        appending.whenComplete((appended, problem) -> lane(ready.owner()).execute(() -> {
            Verdict verdict;
            try {
                verdict = problem == null
                        ? verdict(ready, on, appended)
                        : failed(pending, store.id(), Failures.unwrap(problem));
            } catch (RuntimeException | LinkageError | StoreException e) { // a strategy, or an answer that is none
                verdict = failed(pending, store.id(), e);
            }
            complete(pending, verdict);
        }));
    }

    private Verdict verdict(Ready ready, Terms terms, Appended appended) throws StoreException {
        if (appended instanceof Appended.Stored stored) {
            if (!stored.evicted().isEmpty()) {
                witness.fate(
                        ready.owner(),
                        stored.evicted(),
                        Fate.EVICTED,
                        terms == null ? null : "limit of " + terms.admission().limit() + " messages from one sender");
                if (stores.present().size() > 1) { // a move may have left, or be making, another copy
                    remove(ready.owner(), stored.evicted());
                }
            }
            return new Verdict.Stored(ready.keep().rule());
        }
        if (ready.pending().rehearsal && wouldFit(terms, appended)) {
            return new Verdict.Stored(ready.keep().rule());
        }
        if (terms == null) {
            throw new StoreException("refused what has no limit");
        }
        Message message = ready.pending().message;
        Admission admission = terms.admission();
        Appended.Full full = (Appended.Full) appended;
        String reason = "limit of " + admission.limit() + " messages from one sender reached: "
                + full.usage().messages() + " wait";
        if (Answers.isNeverBounced(message)) {
            return new Verdict.Dropped(reason);
        }
        return terms.strategy()
                .exceeded(message, admission, full.usage())
                .<Verdict>map(told -> new Verdict.Refused(reason, told))
                .orElseGet(() -> new Verdict.Dropped(reason));
    }

    private static boolean wouldFit(Terms terms, Appended appended) {
        Admission admission = terms == null ? Admission.UNLIMITED : terms.admission();
        int limit = admission.limit();
        return limit < 0
                || limit > 0 && admission.onFull() == Admission.OnFull.EVICT_OLDEST
                || ((Appended.Full) appended).usage().messages() < limit;
    }

    private Verdict failed(PendingStore pending, String store, Throwable problem) {
        if (failureLines.isDue()) {
            LOG.error(
                    "message {} for {} not stored in {}: {} ({} more like this since the last line)",
                    pending.row.id(),
                    pending.row.owner(),
                    store,
                    problem instanceof StoreException ? problem.getMessage() : problem.toString(),
                    failureLines.unsaid(),
                    problem instanceof StoreException ? null : problem);
        }
        return new Verdict.Failed("the store failed", Answers.unlessNeverBounced(pending.message, Answers.NOT_STORED));
    }

    private void giveUp(PendingStore pending, GivenUp how) {
        LogLimit lines = how == GivenUp.TIMED_OUT ? failureLines : inVainLines;
        String reason = how == GivenUp.TIMED_OUT ? "no answer from the store in time" : "nothing to store it with";
        if (!pending.verdict.isDone() && lines.isDue()) {
            LOG.error(
                    "message {} for {} not stored: {}; {} ({} more like this since the last line)",
                    pending.row.id(),
                    pending.row.owner(),
                    reason,
                    present(),
                    lines.unsaid());
        }
        StanzaError told = how == GivenUp.TIMED_OUT ? Answers.NOT_STORED : Answers.UNAVAILABLE_NOW;
        finish(pending, new Verdict.Failed(reason, Answers.unlessNeverBounced(pending.message, told)));
    }

    private String present() {
        List<String> names = stores.present().stream().map(Stores.Named::id).toList();
        return "filter " + (filter == null ? "missing" : "present") + ", quota "
                + (quota == null ? "missing" : "present") + ", stores present " + names + ", store="
                + settings.store();
    }

    private void finish(PendingStore pending, Verdict verdict) {
        if (closed) {
            complete(pending, verdict); // there may be no worker any more
        } else {
            lane(pending.row.owner()).execute(() -> complete(pending, verdict));
        }
    }

    private void complete(PendingStore pending, Verdict verdict) {
        underWay.remove(pending);
        pending.verdict.complete(verdict);
        Jid owner = pending.row.owner();
        if (pending.closes()) {
            openAppends.end(owner);
            if (lines.has(owner)) {
                serveLine(owner);
            }
        }
    }

    private Lane lane(Jid owner) {
        return lanes[(owner.hashCode() & Integer.MAX_VALUE) % LANES];
    }

    private void serveWaiting() {
        if (serviceAsked.compareAndSet(false, true)) {
            service.execute(() -> {
                serviceAsked.set(false); // who asks from here on is served once more
                room.serveWhile(this::tryStore);
                lines.owners().forEach(this::serveLine);
                for (Timed timed : underWay) {
                    if (timed instanceof PendingRequest<?> request && request.isWaiting()) {
                        request.start();
                    }
                }
            });
        }
    }

    /** Ends what is over its time. */
    void tick() {
        try {
            long now = nanoTime.getAsLong();
            if (stores.doWithout(now - settings.swapTimeout().toNanos() + MISSING_MARGIN_NANOS)) {
                serveWaiting();
            }
            underWay.forEach(timed -> timed.check(now, false));
            if (room.isOccupied() || !lines.isEmpty()) {
                serveWaiting(); // sends those away who gave up
            }
            purges.tick();
        } catch (RuntimeException | LinkageError e) {
            LOG.error("checking deadlines failed; trying again", e);
        }
    }

    @Override
    public CompletionStage<Void> putBack(List<StoredMessage> rows, Consumer<StoredMessage> durable) {
        if (rows.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        MessageRules current = rules;
        List<StoredMessage> now = rows.subList(0, Math.min(PUT_BACK_CHUNK, rows.size())).stream()
                .map(row -> current == null ? row : ruled(row, current))
                .map(settings::expiring)
                .toList();
        List<StoredMessage> later = rows.subList(now.size(), rows.size());
        return this.<Void>ask(() -> putBackAtOnce(now, durable), null).thenCompose(done -> putBack(later, durable));
    }

    private CompletionStage<Void> putBackAtOnce(List<StoredMessage> rows, Consumer<StoredMessage> durable) {
        Stores.Named store = stores.chosen();
        if (store == null) {
            return null;
        }
        List<CompletableFuture<Void>> all = new ArrayList<>(rows.size());
        for (StoredMessage row : rows) {
            all.add(store.store()
                    .append(row, Admission.UNLIMITED)
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
        return ask(() -> merged.remove(owner, gone), null);
    }

    @Override
    public CompletionStage<Long> largestId() {
        return ask(merged::largestId, () -> 0L);
    }

    /** Asks now, or as soon as somebody is there to be asked. */
    private <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> question, Supplier<T> inVain) {
        OfflineSettings now = settings;
        PendingRequest<T> request = new PendingRequest<>(
                question,
                inVain,
                workers,
                nanoTime.getAsLong(),
                now.storeTimeout().toNanos(),
                now.swapTimeout().toNanos());
        if (closed) {
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
        return request.answer;
    }
}
