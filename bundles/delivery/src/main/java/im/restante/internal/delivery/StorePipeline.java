package im.restante.internal.delivery;

import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.filter.MessageFilter;
import im.restante.filter.Opinion;
import im.restante.internal.delivery.PendingStore.GivenUp;
import im.restante.internal.delivery.TermsLines.Ready;
import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.SerialExecutor;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.quota.QuotaService;
import im.restante.quota.Terms;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message on its way in: judged, counted, stored, and what its sender is told. Messages of one owner are appended in the order
 * in which they came, whatever each has to wait for.
 */
final class StorePipeline {
    private static final Logger LOG = LoggerFactory.getLogger(StorePipeline.class);
    private static final int EXECUTORS = 4;
    /** A broken disk shall not fill the log's disk too. */
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private static final CompletableFuture<Terms> NO_TERMS = CompletableFuture.completedFuture(null);

    private final Services services;
    private final LongSupplier nanoTime;
    private final Set<Timed> underWay;
    private final Runnable serveWaiting;
    private final BiConsumer<Jid, List<Long>> remover;
    private final SerialExecutor[] executors =
            new SerialExecutor[EXECUTORS]; // by owner, so that an owner's verdicts complete in order
    private final WaitingRoom room = new WaitingRoom(); // for a service that is missing
    private final TermsLines lines = new TermsLines(); // for an owner's limit that is being looked up, or for his turn
    private final ArchiveCopies copies;
    private final OpenAppends openAppends = new OpenAppends();
    private final Repeats repeats = new Repeats();
    private final Queue<CompletableFuture<Void>> quotaAwaited = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;
    private final LogLimit doubtLines;
    private final LogLimit failureLines;
    private final LogLimit inVainLines;

    /**
     * @param underWay     gets what has a deadline, for as long as it is open
     * @param serveWaiting asks for {@link #serveWaiting} soon, on one thread at a time
     * @param remover      removes what was evicted from every store
     */
    StorePipeline(
            Services services,
            Executor workers,
            LongSupplier nanoTime,
            Set<Timed> underWay,
            Runnable serveWaiting,
            BiConsumer<Jid, List<Long>> remover) {
        this.services = services;
        this.nanoTime = nanoTime;
        this.underWay = underWay;
        this.serveWaiting = serveWaiting;
        this.remover = remover;
        this.copies = new ArchiveCopies(services, workers, nanoTime);
        for (int i = 0; i < EXECUTORS; i++) {
            executors[i] = new SerialExecutor(workers);
        }
        this.doubtLines = new LogLimit(BETWEEN_LINES, nanoTime);
        this.failureLines = new LogLimit(BETWEEN_LINES, nanoTime);
        this.inVainLines = new LogLimit(BETWEEN_LINES, nanoTime);
    }

    /** What archives keep of the messages. */
    ArchiveCopies copies() {
        return copies;
    }

    /** Whether nobody waits for the rest of a step. */
    boolean isIdle() {
        return Arrays.stream(executors).allMatch(SerialExecutor::isIdle);
    }

    /** Whether anybody waits for a service, for terms or for his turn. */
    boolean hasWaiting() {
        return room.isOccupied() || !lines.isEmpty();
    }

    /** Goes on with who can go on, and sends those away who gave up. */
    void serveWaiting() {
        if (services.quota != null) {
            for (CompletableFuture<Void> one = quotaAwaited.poll(); one != null; one = quotaAwaited.poll()) {
                one.complete(null);
            }
        }
        room.serveWhile(this::tryStore);
        lines.owners().forEach(this::serveLine);
    }

    /** One that goes while it is asked may have lost its rules already: its answer counts only if it is still there afterwards. */
    StorageDecision judge(Message message) {
        while (true) {
            MessageFilter current = services.filter;
            if (current == null) {
                return StorageDecision.UNDECIDED;
            }
            try {
                StorageDecision answer = judge(message, current);
                if (services.filter == current) {
                    return answer;
                }
            } catch (RuntimeException | LinkageError e) {
                if (services.filter == current) {
                    throw e;
                }
            }
        }
    }

    private StorageDecision judge(Message message, MessageFilter by) {
        Opinion opinion = by.decide(message);
        if (opinion instanceof Opinion.Keep keep) {
            return services.settings.storing()
                    ? new StorageDecision.Keep(keep.rule())
                    : new StorageDecision.Skip(
                            "msg-offline=false", SenderErrors.unlessNeverBounced(message, SenderErrors.UNAVAILABLE));
        }
        String rule = opinion instanceof Opinion.Skip skip ? skip.rule() : "no opinion";
        return new StorageDecision.Skip(rule, SenderErrors.forSkipped(message));
    }

    CompletionStage<Verdict> store(
            Message message, StoredMessage row, StorageDecision.Keep keep, Claim claim, boolean rehearsal) {
        StorageSettings now = services.settings;
        PendingStore pending = new PendingStore(
                message,
                row,
                keep,
                claim,
                rehearsal,
                nanoTime.getAsLong(),
                now.storeTimeout().toNanos(),
                now.swapTimeout().toNanos(),
                this::giveUp);
        if (services.closed) {
            passOn(pending);
        } else if (claim.isBegun()) {
            inherit(pending);
        } else if (room.isOccupied() || !tryStore(pending)) {
            underWay.add(pending);
            if (room.enter(pending)) {
                serveWaiting.run(); // what was missing may have come just now
            } else if (pending.take()) {
                giveUp(pending, GivenUp.WAITED_IN_VAIN);
            }
        }
        if (ended) { // since then: nobody looks at it any more
            leave(pending);
        } else if (services.closed) {
            pending.check(nanoTime.getAsLong(), true);
        }
        return pending.verdict;
    }

    /** Of one that a store of a delivery before this one may have nobody knows whether it is stored. Its limit was looked at then. */
    private void inherit(PendingStore pending) {
        pending.take();
        pending.doubtful = !pending.rehearsal;
        if (pending.opens()) {
            openAppends.inherit(pending.row.owner());
        } else if (!pending.repeated) {
            openAppends.repeat(pending.row.owner());
        }
        pending.repeated = true;
        underWay.add(pending);
        repeats.add(Repeat.inherited(
                new Ready(pending, pending.keep, NO_TERMS, copies.copyOf(pending)), nanoTime.getAsLong()));
    }

    /** False if something that is needed is not there. */
    private boolean tryStore(PendingStore pending) {
        if (!pending.isWaiting()) {
            return true; // given up meanwhile
        }
        if (services.closed) {
            if (pending.take()) {
                passOn(pending);
            }
            return true;
        }
        StorageDecision.Keep keep = pending.keep;
        if (!keep.isDecided()) {
            StorageDecision decision;
            try {
                decision = judge(pending.message);
            } catch (RuntimeException | LinkageError e) {
                if (pending.take()) {
                    end(pending, failed(pending, "no store", e));
                }
                return true;
            }
            if (decision == StorageDecision.UNDECIDED) {
                return false;
            }
            if (decision instanceof StorageDecision.Skip skip) {
                if (pending.take()) {
                    end(pending, new Verdict.Skipped(skip.reason(), skip.answer()));
                }
                return true;
            }
            StorageDecision.Keep judged = (StorageDecision.Keep) decision;
            keep = keep.unlimited() ? judged.withoutLimit() : judged;
        }
        QuotaService limits = services.quota;
        if (services.stores.chosen() == null || limits == null && !keep.unlimited() || copies.isPolicyAwaited()) {
            return false;
        }
        CompletableFuture<Terms> terms = keep.unlimited() ? NO_TERMS : terms(limits, pending);
        if (!keep.unlimited() && services.quota != limits) {
            return false; // it is being replaced, and may have lost what it goes by
        }
        if (pending.take()) {
            underWay.add(pending);
            inTurn(new Ready(pending, keep, terms, copies.copyOf(pending)));
        }
        return true;
    }

    /** Of the quota's successor, if it fails because it goes. */
    private CompletableFuture<Terms> terms(QuotaService limits, PendingStore pending) {
        CompletableFuture<Terms> answer = Failures.stage(() -> limits.terms(pending.row.owner(), pending.row.sender()));
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            return answer;
        }
        return answer.exceptionallyCompose(
                problem -> services.quota == limits ? CompletableFuture.failedFuture(problem) : termsOfNext(pending));
    }

    private CompletableFuture<Terms> termsOfNext(PendingStore pending) {
        QuotaService next = services.quota;
        if (next != null) {
            return terms(next, pending);
        }
        CompletableFuture<Void> came = new CompletableFuture<>();
        quotaAwaited.add(came);
        serveWaiting.run(); // it may have come just now
        return came.thenCompose(nothing -> termsOfNext(pending));
    }

    /** Appends at once, unless the terms, or somebody in front, must be waited for. */
    private void inTurn(Ready ready) {
        Stores.Named store = services.stores.chosen();
        if (store != null && ready.isDone() && !lines.has(ready.owner()) && mayBegin(ready, store)) {
            append(ready, store);
        } else if (lines.join(ready)) {
            CompletableFuture.allOf(ready.terms(), ready.copy())
                    .whenComplete((done, problem) -> serveLine(ready.owner()));
        } else {
            giveUp(ready.pending(), GivenUp.WAITED_IN_VAIN);
        }
    }

    private void serveLine(Jid owner) {
        ownersExecutor(owner)
                .execute(() -> serve(owner)); // an owner has one executor: nobody else serves this line meanwhile
    }

    private void serve(Jid owner) {
        for (Ready head = lines.head(owner); head != null; head = lines.head(owner)) {
            Stores.Named store = services.stores.chosen();
            if (head.pending().verdict.isDone()) {
                lines.leave(head); // given up
            } else if (services.closed) {
                passOn(head.pending());
                lines.leave(head);
            } else if (head.isDone() && store != null && mayBegin(head, store)) {
                append(head, store);
                lines.leave(head); // behind the append: who comes now passes by, and must not come before
            } else {
                return;
            }
        }
    }

    /** Not while an earlier message of this owner is on its way to another store. */
    private boolean mayBegin(Ready ready, Stores.Named store) {
        if (!openAppends.begin(ready.owner(), store.store())) {
            return false;
        }
        ready.pending().opens();
        return true;
    }

    private void append(Ready ready, Stores.Named store) {
        Terms terms;
        try {
            terms = ready.terms().join();
        } catch (RuntimeException e) {
            end(ready.pending(), failed(ready.pending(), store.id(), Failures.unwrap(e)));
            return;
        }
        append(ready, terms, terms == null ? Admission.UNLIMITED : terms.admission(), store, 0);
    }

    private void append(Ready ready, Terms terms, Admission admission, Stores.Named store, int repeated) {
        PendingStore pending = ready.pending();
        pending.asked = true;
        CompletableFuture<Appended> appending = Failures.stage(() -> copies.append(
                store,
                pending,
                ready.copy().join(),
                pending.rehearsal ? OverLimit.FOR_ANYTHING : admission,
                services.homes.fence(pending.row.owner())));
        appending.whenComplete((appended, problem) -> ownersExecutor(ready.owner())
                .execute(() -> answered(
                        ready,
                        terms,
                        store,
                        repeated,
                        appended,
                        appended == null && problem == null
                                ? new StoreException("append answered nothing")
                                : problem)));
    }

    private void answered(
            Ready ready, Terms terms, Stores.Named store, int repeated, Appended appended, Throwable problem) {
        PendingStore pending = ready.pending();
        pending.asked = false;
        Throwable cause = problem == null ? null : Failures.unwrap(problem);
        if (cause != null && (isLeftBehind(pending, store) || !isCertainlyNotStored(pending, cause))) {
            repeat(Repeat.of(ready, terms, store.id(), repeated + 1, nanoTime.getAsLong()), cause);
            return;
        }
        if (pending.claim.isWithdrawn()) {
            if (appended instanceof Appended.Stored) {
                LOG.error(
                        "the store {} stored message {} for {}, which had been withdrawn; it is removed. A store asks the claim"
                                + " of a message before it writes it",
                        store.id(),
                        pending.row.id(),
                        ready.owner());
                remover.accept(ready.owner(), List.of(pending.row.id()));
            }
            complete(pending, withdrawn(pending));
            return;
        }
        Verdict verdict;
        try {
            verdict = cause == null ? verdict(ready, terms, appended) : failed(pending, store.id(), cause);
        } catch (RuntimeException | LinkageError | StoreException e) { // a strategy, or an answer that is none
            verdict = failed(pending, store.id(), e);
        }
        complete(pending, verdict);
    }

    /** The store went before it began with it, as a store does that is replaced: the next one is asked, whatever this one says. */
    private boolean isLeftBehind(PendingStore pending, Stores.Named store) {
        return !pending.claim.isBegun()
                && !pending.claim.isWithdrawn()
                && (services.closed || !services.stores.isPresent(store.store()));
    }

    /** A store that has not begun with it never will; one that has says whether anything was changed, or nobody knows. */
    private static boolean isCertainlyNotStored(PendingStore pending, Throwable problem) {
        return pending.rehearsal || pending.claim.withdraw() || !pending.doubtful && changedNothing(problem);
    }

    private static boolean changedNothing(Throwable problem) {
        return problem instanceof StoreException known && known.outcome() == StoreException.Outcome.NOTHING_CHANGED;
    }

    /** Makes it again later. Nothing of its owner begins meanwhile. */
    private void repeat(Repeat repeat, Throwable problem) {
        PendingStore pending = repeat.ready().pending();
        boolean begun = pending.claim.isBegun();
        if (begun && doubtLines.isDue()) {
            LOG.warn(
                    "{} cannot say whether message {} for {} is stored: {}; storing it again until that is certain ({} more"
                            + " like this since the last line)",
                    repeat.store(),
                    pending.row.id(),
                    repeat.owner(),
                    problem instanceof StoreException ? problem.getMessage() : problem.toString(),
                    doubtLines.unsaid());
        }
        if (services.closed) {
            passOn(pending);
            return;
        }
        pending.doubtful |= begun && !changedNothing(problem);
        if (!pending.repeated) {
            pending.repeated = true;
            openAppends.repeat(repeat.owner());
        }
        repeats.add(repeat);
        if (services.closed) { // since then: perhaps nobody looks at them any more
            passOnRepeats();
        }
    }

    /** Makes again what is due. */
    void tick(long now) {
        repeats.due(now).forEach(owner -> ownersExecutor(owner).execute(() -> again(owner)));
    }

    private void again(Jid owner) {
        if (!openAppends.mayRepeat(owner)) {
            return;
        }
        boolean mayGoOn = true;
        for (Repeat repeat : repeats.take(owner)) {
            mayGoOn &= again(repeat);
            if (!mayGoOn) { // then those behind it must not pass by
                repeats.add(repeat.waiting(nanoTime.getAsLong()));
            }
        }
    }

    /** False if it cannot be made at present. */
    private boolean again(Repeat repeat) {
        if (repeat.ready().pending().verdict.isDone()) {
            return true; // given up, or withdrawn
        }
        if (!repeat.ready().copy().isDone()) {
            return false; // soon
        }
        Stores.Named same = repeat.store() == null
                ? null
                : services.stores.find(repeat.store()).orElse(null);
        Stores.Named store = same == null ? services.stores.chosen() : same;
        if (store == null) {
            return false;
        }
        Terms terms = repeat.terms();
        // another store does not know whether it is stored in the first one, and so cannot refuse it
        boolean isLimited = terms != null && (same != null || !repeat.ready().pending().doubtful);
        append(repeat.ready(), terms, isLimited ? terms.admission() : Admission.UNLIMITED, store, repeat.tries());
        return true;
    }

    /** This delivery stops: whoever comes next makes them again. */
    void passOnRepeats() {
        repeats.takeAll().forEach(repeat -> passOn(repeat.ready().pending()));
    }

    /** Nobody looks after anything any more: whoever comes next finds out what a store has begun with. */
    void end() {
        ended = true;
        passOnRepeats();
        for (Timed timed : underWay) {
            if (timed instanceof PendingStore pending) {
                leave(pending);
            }
        }
    }

    private void leave(PendingStore pending) {
        pending.take();
        if (pending.claim.isWithdrawn()) {
            complete(pending, withdrawn(pending));
        } else {
            passOn(pending);
        }
    }

    /** Without a verdict: its caller offers it to the delivery that comes after this one. */
    private void passOn(PendingStore pending) {
        underWay.remove(pending);
        boolean mayBeStored = pending.asked && pending.claim.begin() || pending.claim.isBegun();
        pending.verdict.completeExceptionally(
                mayBeStored
                        ? new StoreException("delivery stops, and whether the message is stored is not known")
                        : StoreException.nothingChanged("delivery stops"));
    }

    private Verdict verdict(Ready ready, Terms terms, Appended appended) throws StoreException {
        if (appended instanceof Appended.Stored stored) {
            if (!stored.evicted().isEmpty()) {
                services.listeners.tell(one -> one.disposed(
                        ready.owner(),
                        stored.evicted(),
                        Disposition.EVICTED,
                        terms == null ? null : OverLimit.limits(terms.admission())));
                if (services.stores.present().size() > 1) { // a move may have left, or be making, another copy
                    remover.accept(ready.owner(), stored.evicted());
                }
            }
            return new Verdict.Stored(ready.keep().rule());
        }
        if (appended instanceof Appended.Withdrawn) {
            return withdrawn(ready.pending());
        }
        Appended.Full full = (Appended.Full) appended;
        if (ready.pending().rehearsal) {
            full = terms == null
                    ? null
                    : OverLimit.otherwise(
                                    terms.admission(), full, ready.pending().row.sizeBytes())
                            .orElse(null);
            if (full == null) {
                return new Verdict.Stored(ready.keep().rule());
            }
        }
        if (terms == null) {
            throw new StoreException("refused what has no limit");
        }
        Message message = ready.pending().message;
        String reason = OverLimit.reason(terms, full);
        if (SenderErrors.isNeverBounced(message)) {
            return new Verdict.Dropped(reason);
        }
        return OverLimit.answer(message, terms, full)
                .<Verdict>map(told -> new Verdict.Refused(reason, told))
                .orElseGet(() -> new Verdict.Dropped(reason));
    }

    private static Verdict withdrawn(PendingStore pending) {
        return new Verdict.Failed(
                "withdrawn before it was stored",
                SenderErrors.unlessNeverBounced(pending.message, SenderErrors.NOT_STORED));
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
        return new Verdict.Failed(
                "the store failed", SenderErrors.unlessNeverBounced(pending.message, SenderErrors.NOT_STORED));
    }

    /** One that a store has begun with is not given up: its answer is waited for. */
    private void giveUp(PendingStore pending, GivenUp how) {
        if (pending.claim.isWithdrawn()) {
            finish(pending, withdrawn(pending));
            return;
        }
        if (services.closed && !pending.claim.isBegun()) {
            passOn(pending);
            return;
        }
        if (!pending.claim.withdraw()) {
            return;
        }
        LogLimit lines = how == GivenUp.TIMED_OUT ? failureLines : inVainLines;
        String reason = how == GivenUp.TIMED_OUT ? "no answer from the store in time" : "nothing to store it with";
        if (!pending.verdict.isDone() && lines.isDue()) {
            LOG.error(
                    "message {} for {} not stored: {}; {} ({} more like this since the last line)",
                    pending.row.id(),
                    pending.row.owner(),
                    reason,
                    services.present(),
                    lines.unsaid());
        }
        StanzaError told = how == GivenUp.TIMED_OUT ? SenderErrors.NOT_STORED : SenderErrors.UNAVAILABLE_NOW;
        finish(pending, new Verdict.Failed(reason, SenderErrors.unlessNeverBounced(pending.message, told)));
    }

    /** With a verdict that no store has given: not if a store may have it. */
    private void end(PendingStore pending, Verdict verdict) {
        if (services.closed && !pending.claim.isBegun() && !pending.claim.isWithdrawn()) {
            passOn(pending);
        } else if (pending.claim.withdraw()) {
            finish(pending, verdict);
        } else {
            inherit(pending);
        }
    }

    private void finish(PendingStore pending, Verdict verdict) {
        if (services.closed) {
            complete(pending, verdict); // there may be no worker any more
        } else {
            ownersExecutor(pending.row.owner()).execute(() -> complete(pending, verdict));
        }
    }

    private void complete(PendingStore pending, Verdict verdict) {
        underWay.remove(pending);
        pending.verdict.complete(verdict);
        Jid owner = pending.row.owner();
        if (pending.closes()) {
            openAppends.end(owner, pending.repeated);
            if (lines.has(owner)) {
                serveLine(owner);
            }
        }
    }

    private SerialExecutor ownersExecutor(Jid owner) {
        return executors[(owner.hashCode() & Integer.MAX_VALUE) % EXECUTORS];
    }
}
