package im.restante.internal.spool.core;

import im.restante.delivery.Verdict;
import im.restante.internal.spool.SpoolSettings;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.spool.Envelope;
import im.restante.spool.OwnerSpool.State;
import im.restante.spool.Recipient;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What is known in memory of one owner's spool: a machine that turns an event into effects. Deterministic, and for one thread at a
 * time; the table of its states and events is in the bundle's README. Whatever is counted is the size of the set that holds it.
 */
public final class OwnerCore {
    private static final Duration HANDOVER_PATIENCE = Duration.ofMillis(500);
    private static final Recipient[] NOBODY = {};

    final Jid jid;
    final Jid domain;
    final Intake intake = new Intake(this);
    final Reader reader = new Reader(this);
    final Requeues requeues = new Requeues(this);
    final HandoverBuffer buffer = new HandoverBuffer();
    final LeasedRows leased = new LeasedRows();
    final UnremovedRows removals = new UnremovedRows();
    final LiveCopies copies = new LiveCopies();
    final RetrievalHold hold = new RetrievalHold();

    /** Messages that were offered to the store and have no answer. */
    final Map<Envelope, Incoming> inFlight = new IdentityHashMap<>(2);

    final List<Stay> present = new ArrayList<>(1);
    State state = State.AWAY;
    Drain drain;
    int pins;

    /** Whoever waits until nothing of a removed account is on its way into a store. */
    private final List<CompletableFuture<Void>> discards = new ArrayList<>(0);

    /** Rows came back while messages of smaller ids were on their way into the store: a reader may have passed their places. */
    private boolean overtaken;

    private Recipient[] presentNow = NOBODY;
    private long numbers;
    private long handover;
    private Moment moment;
    private Consumer<Effect> effects;

    public OwnerCore(Jid jid, Jid domain) {
        this.jid = jid;
        this.domain = domain;
    }

    /** The time a session has been available at one go, and the last id given before it was: it was offered everything above. */
    static final class Stay {
        final Recipient session;
        final long since;

        /** It has the answers to what it asked before. */
        boolean ready;

        Stay(Recipient session, long since) {
            this.session = session;
            this.since = since;
        }
    }

    /** Handles one event. The effects are given in the order in which they must begin. */
    public void next(Event event, Moment now, Consumer<Effect> taker) {
        moment = now;
        effects = taker;
        try {
            event.applyTo(this);
            if (drain != null) {
                reader.step();
            }
        } finally {
            moment = null;
            effects = null;
        }
    }

    // ---- for the classes of this package

    void emit(Effect effect) {
        effects.accept(effect);
    }

    SpoolSettings settings() {
        return moment.settings();
    }

    Moment moment() {
        return moment;
    }

    /** For whatever must be told from another of its kind. */
    long number() {
        return ++numbers;
    }

    // ---- what others may ask, between events

    public State state() {
        return state;
    }

    /** The sessions of non-negative priority. Replaced, never changed. */
    public Recipient[] present() {
        return presentNow;
    }

    /** Bytes of messages in memory that were read from a store, or are being read: of the page, and of what is not acknowledged. */
    public long heldBytes() {
        return (drain == null ? 0 : drain.heldBytes()) + leased.bytes();
    }

    /** Rows that were handed to sessions and are not acknowledged yet. */
    public int leasedRows() {
        return leased.size();
    }

    /** Whether a session that deals by hand with what waits keeps it from the others. */
    public boolean isHeld() {
        return hold.isOn();
    }

    /** Whether a row is being handed to a session, or was and is being removed. */
    public boolean isOnItsWay(long id) {
        return leased.contains(id) || removals.contains(id);
    }

    /** The last id of what came while nobody was available. @param lastId the last id given in the owner's partition */
    public long waitingUpTo(long lastId) {
        return state == State.AWAY ? lastId : hold.waitingUpTo();
    }

    /** Whether whoever deals with it by hand may be shown a row of the store. */
    public boolean isShownByHand(StoredMessage row, Moment now) {
        return row.id() <= waitingUpTo(now.lastId(jid)) && !removals.contains(row.id()) && !Reader.isOver(row, now);
    }

    /** Whether it says nothing that a new one would not say. */
    public boolean isQuiet() {
        return pins == 0
                && present.isEmpty()
                && drain == null
                && inFlight.isEmpty()
                && requeues.isEmpty()
                && leased.isEmpty()
                && removals.isEmpty()
                && buffer.isEmpty()
                && copies.isEmpty()
                && discards.isEmpty();
    }

    /** Figures of what is held in memory, for tests and people who look for a leak: all 0 when all is idle. */
    public Map<String, Integer> sizes() {
        return Map.of(
                "inFlight", inFlight.size(),
                "requeues", requeues.size(),
                "leased", leased.size(),
                "removals", removals.size(),
                "buffer", buffer.all().size(),
                "spilled", drain == null ? 0 : drain.spilled.size());
    }

    // ---- sessions

    void available(Recipient session) {
        if (stay(session) != null) {
            return;
        }
        hold.available(session, state == State.AWAY, moment.lastId(jid));
        present.add(new Stay(session, moment.lastId(jid)));
        publish();
        if (state == State.AWAY) {
            drainTo(session);
        }
    }

    void ready(Recipient session) {
        Stay stay = stay(session);
        if (stay != null) {
            stay.ready = true;
        }
    }

    /** It gets no more from here on. */
    void withdraw(Recipient session) {
        if (!present.removeIf(stay -> stay.session == session)) {
            return;
        }
        publish();
        if (drain != null && drain.to.session == session) {
            buffer.takeAll(intake::enqueue); // who is leaving is not slow
            if (present.isEmpty()) {
                drain = null;
                removals.newPage();
            } else {
                drainTo(first());
            }
        }
        if (present.isEmpty()) {
            state = State.AWAY;
            copies.forgetAllThere();
        }
    }

    private void publish() {
        presentNow = present.stream().map(stay -> stay.session).toArray(Recipient[]::new);
    }

    Recipient first() {
        return present.get(0).session;
    }

    /** Null if the session is not available. */
    Stay stay(Recipient session) {
        for (int i = 0; i < present.size(); i++) {
            if (present.get(i).session == session) {
                return present.get(i);
            }
        }
        return null;
    }

    /** A session that was cut is back and has these. Those that are on their way to another session are acknowledged by that one. */
    void received(Recipient session, Collection<Long> ids) {
        List<Long> leasedNow = ids.stream().filter(leased::contains).toList();
        copies.received(leasedNow, session);
        gone(ids.stream().filter(id -> !leased.contains(id)).toList(), session);
    }

    void holdEnded(Recipient session) {
        if (hold.ended(session)) {
            readFromTheOldest();
        }
    }

    // ---- rows that were handed over

    void acknowledged(Effect.Send batch, Collection<Long> ids) {
        List<Long> its = leased.release(batch, ids);
        List<Long> late = its.size() == ids.size()
                ? List.of()
                : ids.stream().filter(id -> !its.contains(id)).toList();
        gone(its, batch.to());
        if (!late.isEmpty()) { // released before, when its session left; true all the same
            received(batch.to(), late);
        }
    }

    void batchEnded(Effect.Send send, boolean whole) {
        LeasedRows.Batch batch = leased.batch(send);
        if (batch == null) {
            return; // all of it was acknowledged, or was released with its session
        }
        List<Long> open = leased.release(send);
        if (whole) {
            gone(open, send.to());
        } else if (stay(send.to()) == batch.stay) { // it is given no more until it says again that it is there
            leased.releaseAll(send.to());
            withdraw(send.to());
            readFromTheOldest();
        } else {
            readFromTheOldest();
        }
    }

    /** A session has them: they leave the store. */
    private void gone(List<Long> ids, Recipient session) {
        List<Long> news = ids.stream().filter(id -> !removals.contains(id)).toList();
        if (!news.isEmpty()) {
            emit(new Effect.Tell(news, Disposition.PROVED, "to " + session.jid()));
        }
        forget(ids);
        if (!inFlight.isEmpty()) {
            Set<Long> proved = new HashSet<>(ids);
            inFlight.values().forEach(message -> message.proved |= proved.contains(message.id()));
        }
        removals.gather(ids);
        removals.pump(this);
    }

    /** Nobody is given them any more. */
    void forget(Collection<Long> ids) {
        ids.forEach(copies::forget);
        if (drain != null) {
            drain.spilled.removeAll(ids);
        }
    }

    void removeAnswered(boolean done) {
        Set<Long> ids = removals.answered(done, maybeShown());
        requeues.removalEnded(ids);
        if (!done) {
            emit(new Effect.RemoveLater(removals.size()));
        }
        removals.pump(this);
    }

    /** A page is being read, or waits to be sent. */
    private boolean maybeShown() {
        return drain != null && (drain.phase == Drain.Phase.READING || drain.phase == Drain.Phase.PAGE);
    }

    void removeByHand(Effect.RemoveByHand request) {
        Effect.RemoveByHand mine = new Effect.RemoveByHand(removals.beginByHand(request.ids()), request.done());
        emit(mine);
    }

    /**
     * Rows on their way to a session are left: if it does not get them, they wait again. So are those whose store has not answered yet:
     * asked once more, it would store them again.
     */
    void purge(Effect.RemoveByHand request) {
        Set<Long> unanswered = inFlight.values().stream().map(Incoming::id).collect(Collectors.toSet());
        List<Long> waiting = request.ids().stream()
                .filter(id -> !leased.contains(id) && !unanswered.contains(id))
                .toList();
        removeByHand(new Effect.RemoveByHand(waiting, request.done()));
    }

    void byHandAnswered(Effect.RemoveByHand request, boolean done) {
        removals.endByHand(request.ids(), done, maybeShown());
        requeues.removalEnded(request.ids());
        if (done) {
            forget(request.ids());
        } else {
            readFromTheOldest(); // they may be there still, and somebody may want them
        }
    }

    // ---- state

    /** Whether nothing that waits comes before a message of this moment, though it may go through the journal. */
    boolean isCaughtUp() {
        return state == State.LIVE || drain != null && drain.phase == Drain.Phase.FOLLOWING;
    }

    /** From here on through the spool, read to this session. */
    void drainTo(Recipient session) {
        state = State.DRAINING;
        drain = new Drain(stay(session), number());
        removals.newPage();
    }

    /** There are rows that whoever is there has to be handed before any others. */
    void readFromTheOldest() {
        if (drain != null) {
            drain.fromTheOldest();
        } else if (state == State.LIVE) {
            drainTo(first());
        }
    }

    /** Rows have come back into the store. */
    void cameBack() {
        overtaken |= !inFlight.isEmpty() || !buffer.isEmpty();
        readFromTheOldest();
    }

    /** Something is no longer on its way into the store. */
    void settled() {
        if (inFlight.isEmpty() && overtaken) {
            overtaken = false;
            readFromTheOldest();
        }
        if (!discards.isEmpty() && inFlight.isEmpty() && !requeues.areAsked()) {
            discards.forEach(done -> emit(new Effect.Complete(done, null)));
            discards.clear();
        }
    }

    /** The account is being removed: whatever is under way for it ends. */
    void discard(CompletableFuture<Void> done) {
        discards.add(done);
        requeues.discard();
        buffer.takeAll(message -> conclude(message, Intake.ACCOUNT_GONE));
        inFlight.values().stream()
                .sorted(Comparator.comparingLong(Incoming::id))
                .forEach(message -> emit(new Effect.Withdraw(message)));
        present.clear();
        publish();
        leased.clear();
        drain = null;
        state = State.AWAY;
        removals.newPage();
        copies.forgetAll();
        settled();
    }

    boolean isDiscarding() {
        return !discards.isEmpty();
    }

    /**
     * An event was lost half-way: what only it could have ended is ended here as if it had failed. The drain begins anew from the
     * oldest, after a pause, so that an event which fails each time is not met without one. Rows may be handed over twice.
     */
    void broken(Event lost) {
        if (lost instanceof Event.RemoveAnswered) {
            removals.lost(this);
        } else if (lost instanceof Event.Requeued answer) {
            requeues.lost(answer.requeue());
        } else if (lost instanceof Event.StoreAnswered answer) {
            intake.lost(answer.message());
        } else if (lost instanceof Event.Acknowledged acknowledged) {
            leased.release(acknowledged.batch(), acknowledged.ids());
            removals.gather(acknowledged.ids());
        } else if (lost instanceof Event.BatchEnded ended) {
            List<Long> open = leased.release(ended.batch());
            removals.gather(ended.whole() ? open : List.of());
        }
        if (drain != null) {
            if (state == State.HANDOVER) {
                storeBuffered();
            }
            Recipient session = drain.to.session;
            drainTo(stay(session) != null ? session : first());
            drain.phase = Drain.Phase.PAUSED;
            emit(new Effect.ReadLater(drain.number));
        }
        removals.pump(this);
    }

    /** From DRAINING to HANDOVER. */
    void handOver() {
        state = State.HANDOVER;
        handover = number();
        emit(new Effect.After(HANDOVER_PATIENCE, new Event.HandoverTooLong(handover)));
    }

    /** Senders do not wait for a slow reader, nor for a slow store. */
    void handoverTooLong(long which) {
        if (state == State.HANDOVER && handover == which) {
            storeBuffered();
        }
    }

    /** From HANDOVER back to DRAINING. */
    void storeBuffered() {
        state = State.DRAINING;
        buffer.takeAll(intake::spill);
        drain.again();
    }

    /** From HANDOVER or DRAINING to LIVE. */
    void goLive() {
        state = State.LIVE;
        drain = null;
        copies.forgetRowsAbove(hold.floor());
        removals.newPage();
    }

    void conclude(Incoming message, Verdict verdict) {
        if (!message.concluded) {
            message.concluded = true;
            emit(new Effect.Conclude(message, verdict));
        }
    }

    Instant now() {
        return moment.now();
    }
}
