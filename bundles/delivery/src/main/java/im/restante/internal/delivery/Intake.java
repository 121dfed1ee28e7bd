package im.restante.internal.delivery;

import im.restante.delivery.Judgement;
import im.restante.delivery.Verdict;
import im.restante.filter.MessageFilter;
import im.restante.filter.Opinion;
import im.restante.internal.delivery.PendingStore.GivenUp;
import im.restante.internal.delivery.TermsLines.Ready;
import im.restante.internal.support.LogLimit;
import im.restante.jid.Jid;
import im.restante.quota.QuotaService;
import im.restante.quota.Terms;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.why.Fate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message on its way in: judged, counted, stored, and what its sender is told. Messages of one owner are appended in the order
 * in which they came, whatever each has to wait for.
 */
final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final int LANES = 4;
    /** A broken disk shall not fill the log's disk too. */
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private static final CompletableFuture<Terms> NO_TERMS = CompletableFuture.completedFuture(null);

    private final Services services;
    private final LongSupplier nanoTime;
    private final Set<Timed> underWay;
    private final Runnable serveWaiting;
    private final BiConsumer<Jid, List<Long>> remover;
    private final Lane[] lanes = new Lane[LANES]; // by owner, so that an owner's verdicts complete in order
    private final WaitingRoom room = new WaitingRoom(); // for a service that is missing
    private final TermsLines lines = new TermsLines(); // for an owner's limit that is being looked up, or for his turn
    private final OpenAppends openAppends = new OpenAppends();
    private final Set<Doubtful> doubtful = ConcurrentHashMap.newKeySet();
    private final LogLimit doubtLines;
    private final LogLimit failureLines;
    private final LogLimit inVainLines;
    private final LogLimit openLines;

    /**
     * @param underWay     gets what has a deadline, for as long as it is open
     * @param serveWaiting asks for {@link #serveWaiting} soon, on one thread at a time
     * @param remover      removes what was evicted from every store
     */
    Intake(
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
        for (int i = 0; i < LANES; i++) {
            lanes[i] = new Lane(workers);
        }
        this.doubtLines = new LogLimit(BETWEEN_LINES, nanoTime);
        this.failureLines = new LogLimit(BETWEEN_LINES, nanoTime);
        this.inVainLines = new LogLimit(BETWEEN_LINES, nanoTime);
        this.openLines = new LogLimit(BETWEEN_LINES, nanoTime);
    }

    /** Whether nobody waits for the rest of a step. */
    boolean isIdle() {
        return Arrays.stream(lanes).allMatch(Lane::isIdle);
    }

    /** Whether anybody waits for a service, for terms or for his turn. */
    boolean hasWaiting() {
        return room.isOccupied() || !lines.isEmpty();
    }

    /** Goes on with who can go on, and sends those away who gave up. */
    void serveWaiting() {
        room.serveWhile(this::tryStore);
        lines.owners().forEach(this::serveLine);
    }

    Judgement judge(Message message) {
        MessageFilter current = services.filter;
        return current == null ? Unjudged.KEEP : judge(message, current);
    }

    private Judgement judge(Message message, MessageFilter by) {
        Opinion opinion = by.decide(message);
        if (opinion instanceof Opinion.Keep keep) {
            return services.settings.storing()
                    ? new Judgement.Keep(keep.rule())
                    : new Judgement.Skip("msg-offline=false", Answers.unlessNeverBounced(message, Answers.UNAVAILABLE));
        }
        String rule = opinion instanceof Opinion.Skip skip ? skip.rule() : "no opinion";
        return new Judgement.Skip(rule, Answers.forSkipped(message));
    }

    CompletionStage<Verdict> store(
            Message message, StoredMessage row, Judgement.Keep keep, Claim claim, boolean rehearsal) {
        OfflineSettings now = services.settings;
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
            giveUp(pending, GivenUp.WAITED_IN_VAIN);
        } else if (room.isOccupied() || !tryStore(pending)) {
            underWay.add(pending);
            if (room.enter(pending)) {
                serveWaiting.run(); // what was missing may have come just now
            } else if (pending.take()) {
                giveUp(pending, GivenUp.WAITED_IN_VAIN);
            }
        }
        return pending.verdict;
    }

    /** False if something that is needed is not there. */
    private boolean tryStore(PendingStore pending) {
        if (!pending.isWaiting()) {
            return true; // given up meanwhile
        }
        Judgement.Keep keep = pending.keep;
        if (Unjudged.is(keep)) {
            MessageFilter current = services.filter;
            if (current == null) {
                return false;
            }
            Judgement judgement = judge(pending.message, current);
            if (judgement instanceof Judgement.Skip skip) {
                if (pending.take()) {
                    finish(pending, new Verdict.Skipped(skip.reason(), skip.answer()));
                }
                return true;
            }
            Judgement.Keep judged = (Judgement.Keep) judgement;
            keep = keep.unlimited() ? judged.withoutLimit() : judged;
        }
        QuotaService limits = services.quota;
        if (services.stores.chosen() == null || limits == null && !keep.unlimited()) {
            return false;
        }
        if (pending.take()) {
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
        Stores.Named store = services.stores.chosen();
        if (store != null && ready.terms().isDone() && !lines.has(ready.owner()) && mayBegin(ready, store)) {
            append(ready, store);
        } else if (lines.join(ready)) {
            ready.terms().whenComplete((terms, problem) -> serveLine(ready.owner()));
        } else {
            giveUp(ready.pending(), GivenUp.WAITED_IN_VAIN);
        }
    }

    private void serveLine(Jid owner) {
        lane(owner).execute(() -> serve(owner)); // an owner has one lane: nobody else serves this line meanwhile
    }

    private void serve(Jid owner) {
        for (Ready head = lines.head(owner); head != null; head = lines.head(owner)) {
            Stores.Named store = services.stores.chosen();
            if (head.pending().verdict.isDone()) {
                lines.leave(head); // given up
            } else if (head.terms().isDone() && store != null && mayBegin(head, store)) {
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
        ready.pending().opened();
        return true;
    }

    private void append(Ready ready, Stores.Named store) {
        Terms terms;
        try {
            terms = ready.terms().join();
        } catch (RuntimeException e) {
            complete(ready.pending(), failed(ready.pending(), store.id(), Failures.unwrap(e)));
            return;
        }
        append(ready, terms, terms == null ? Admission.UNLIMITED : terms.admission(), store, 0);
    }

    private void append(Ready ready, Terms terms, Admission admission, Stores.Named store, int doubts) {
        PendingStore pending = ready.pending();
        CompletionStage<Appended> appending;
        try {
            appending = store.store()
                    .append(
                            pending.row,
                            pending.rehearsal ? NoRoom.FOR_ANYTHING : admission,
                            services.homes.fence(pending.row.owner()),
                            pending.claim);
        } catch (RuntimeException | LinkageError e) {
            appending = CompletableFuture.failedFuture(e);
        }
        if (appending == null) {
            appending = CompletableFuture.failedFuture(new StoreException("append answered null"));
        }
        appending.whenComplete((appended, problem) -> lane(ready.owner())
                .execute(() -> answered(
                        ready,
                        terms,
                        store,
                        doubts,
                        appended,
                        appended == null && problem == null
                                ? new StoreException("append answered nothing")
                                : problem)));
    }

    private void answered(
            Ready ready, Terms terms, Stores.Named store, int doubts, Appended appended, Throwable problem) {
        PendingStore pending = ready.pending();
        if (problem != null && !isCertainlyNotStored(pending, Failures.unwrap(problem))) {
            Doubtful doubted = Doubtful.of(ready, terms, store, doubts + 1, nanoTime.getAsLong());
            doubt(doubted, Failures.unwrap(problem));
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
            verdict = problem == null
                    ? verdict(ready, terms, appended)
                    : failed(pending, store.id(), Failures.unwrap(problem));
        } catch (RuntimeException | LinkageError | StoreException e) { // a strategy, or an answer that is none
            verdict = failed(pending, store.id(), e);
        }
        complete(pending, verdict);
    }

    /** A store that has not begun with it never will; one that has says whether anything was changed, or nobody knows. */
    private static boolean isCertainlyNotStored(PendingStore pending, Throwable problem) {
        return pending.rehearsal
                || pending.claim.withdraw()
                || !pending.doubtful
                        && problem instanceof StoreException known
                        && known.outcome() == StoreException.Outcome.NOTHING_CHANGED;
    }

    /** Makes it again later. Nothing of its owner begins meanwhile. */
    private void doubt(Doubtful doubted, Throwable problem) {
        PendingStore pending = doubted.ready().pending();
        if (services.closed) {
            leaveOpen(1, doubted);
            return;
        }
        if (!pending.doubtful) {
            pending.doubtful = true;
            openAppends.doubt(doubted.ready().owner());
        }
        if (doubtLines.isDue()) {
            LOG.warn(
                    "{} cannot say whether message {} for {} is stored: {}; storing it again until that is certain ({} more"
                            + " like this since the last line)",
                    doubted.store().id(),
                    pending.row.id(),
                    doubted.ready().owner(),
                    problem instanceof StoreException ? problem.getMessage() : problem.toString(),
                    doubtLines.unsaid());
        }
        doubtful.add(doubted);
    }

    /** Makes again what is due. */
    void tick(long now) {
        for (Doubtful doubted : doubtful) {
            if (now - doubted.due() >= 0 && doubtful.remove(doubted)) {
                lane(doubted.ready().owner()).execute(() -> again(doubted));
            }
        }
    }

    private void again(Doubtful doubted) {
        Stores.Named same = services.stores.find(doubted.store().id()).orElse(null);
        Stores.Named store = same == null ? services.stores.chosen() : same;
        if (store == null) {
            doubtful.add(doubted.later(nanoTime.getAsLong()));
            return;
        }
        Terms terms = doubted.terms();
        // another store does not know whether it is stored in the first one, and so cannot refuse it
        Admission admission = terms == null || same == null ? Admission.UNLIMITED : terms.admission();
        append(doubted.ready(), terms, admission, store, doubted.tries());
    }

    /**
     * Nobody will ask any more whether these are stored, and whoever told their senders one or the other might lie: their verdicts stay
     * open, so that no sender counts them as taken, and none is told that they failed.
     */
    void leaveDoubtful() {
        List<Doubtful> left = List.copyOf(doubtful);
        doubtful.clear();
        if (!left.isEmpty()) {
            leaveOpen(left.size(), left.get(0));
        }
    }

    private void leaveOpen(int messages, Doubtful one) {
        if (openLines.isDue()) {
            LOG.warn(
                    "whether {} messages are stored in {} is not known, the first being {} for {}, and it stops: their senders are"
                            + " told nothing{}",
                    messages,
                    one.store().id(),
                    one.ready().pending().row.id(),
                    one.ready().owner(),
                    openLines.more());
        }
    }

    private Verdict verdict(Ready ready, Terms terms, Appended appended) throws StoreException {
        if (appended instanceof Appended.Stored stored) {
            if (!stored.evicted().isEmpty()) {
                services.witness.fate(
                        ready.owner(),
                        stored.evicted(),
                        Fate.EVICTED,
                        terms == null ? null : NoRoom.limits(terms.admission()));
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
                    : NoRoom.otherwise(
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
        String reason = NoRoom.reason(terms, full);
        if (Answers.isNeverBounced(message)) {
            return new Verdict.Dropped(reason);
        }
        return NoRoom.answer(message, terms, full)
                .<Verdict>map(told -> new Verdict.Refused(reason, told))
                .orElseGet(() -> new Verdict.Dropped(reason));
    }

    private static Verdict withdrawn(PendingStore pending) {
        return new Verdict.Failed(
                "withdrawn before it was stored", Answers.unlessNeverBounced(pending.message, Answers.NOT_STORED));
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

    /** One that a store has begun with is not given up: its answer is waited for. */
    private void giveUp(PendingStore pending, GivenUp how) {
        boolean byCaller = pending.claim.isWithdrawn();
        if (!pending.claim.withdraw() && how == GivenUp.TIMED_OUT) {
            return;
        }
        if (byCaller) {
            finish(pending, withdrawn(pending));
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
        StanzaError told = how == GivenUp.TIMED_OUT ? Answers.NOT_STORED : Answers.UNAVAILABLE_NOW;
        finish(pending, new Verdict.Failed(reason, Answers.unlessNeverBounced(pending.message, told)));
    }

    private void finish(PendingStore pending, Verdict verdict) {
        if (services.closed) {
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
            openAppends.end(owner, pending.doubtful);
            if (lines.has(owner)) {
                serveLine(owner);
            }
        }
    }

    private Lane lane(Jid owner) {
        return lanes[(owner.hashCode() & Integer.MAX_VALUE) % LANES];
    }
}
