package im.restante.internal.session.owner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;

import im.restante.amp.MessageRules;
import im.restante.delivery.Delivery;
import im.restante.delivery.Judgement;
import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.session.Outbound;
import im.restante.stanza.StanzaError;
import im.restante.store.MessageKind;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.why.Fate;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlStreamException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands between the messages for one account and its sessions: nothing while it is LIVE, the spool otherwise. Decisions,
 * ids and the order of appends are made under the stripe's lock, where only memory is touched; stores are called outside it.
 */
public final class Owner {
    /** Where an owner's messages go. */
    public enum State {
        /** No session of non-negative priority: into the spool, as far as quota lets them. */
        AWAY,
        /** The spool is being read to one session: behind what is there, whatever the quota. */
        DRAINING,
        /** Nearly read: new messages wait in memory, so that the drain ends under any traffic. */
        HANDOVER,
        /** Straight to the sessions. */
        LIVE
    }

    /** Messages held in memory during HANDOVER; beyond it the drain goes on through the store. */
    static final int HELD_LIMIT = 1024;

    /** Bytes of them. */
    static final long HELD_BYTES = 1 << 20;

    /** Messages remembered in {@link #onlyThere}: no session can give back more, its queue is shorter. */
    private static final int ONLY_THERE_LIMIT = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(Owner.class);
    private static final Duration HANDOVER_PATIENCE = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int PUT_BACK_TRIES = 30;
    private static final CompletableFuture<Verdict> DELIVERED = completedFuture(new Verdict.Delivered(1));
    private static final Verdict SPILL_LIMIT = new Verdict.Refused(
            "spill-limit",
            StanzaError.of(
                            StanzaError.Condition.RESOURCE_CONSTRAINT,
                            "The recipient is slow and too many messages wait already")
                    .later());
    private static final CompletableFuture<Verdict> RULED_OUT = completedFuture(Way.RULED_OUT);
    private static final Recipient[] NOBODY = {};

    private final Jid jid;
    private final byte[] jidBytes;
    private final Owners all;
    private final Stripe stripe;
    private final ByHand byHand;

    // guarded by the stripe's lock
    private final List<Present> present = new ArrayList<>(2);
    private final ArrayDeque<Append> held = new ArrayDeque<>(0);
    private final Set<Long> leased = new HashSet<>(0);
    private final Set<Long> removing = new HashSet<>(0);
    /** Removed from the store while a page was being read that may show them still; a part of {@link #removing}. */
    private final Set<Long> justRemoved = new HashSet<>(0);

    /** Who was offered a row's message live: a drain to them skips it. */
    private final Map<Long, List<Recipient>> alreadyHas = new HashMap<>(0);
    /** The same of messages that could not become rows: what one of them gives back, nobody else will get. */
    private final Map<Long, List<Recipient>> onlyThere = new LinkedHashMap<>(0);

    private final Hold hold = new Hold();

    private long heldBytes;
    private long appendsBegun;
    private int returning;
    private int handovers;
    private int pins;
    private int justQueued;
    private boolean retired;

    // written under the lock, read anywhere
    private volatile State state = State.AWAY;
    private volatile Drain drain;
    private volatile Recipient[] presentNow = NOBODY;

    /** Appends without a verdict. Goes up under the lock only. */
    private final AtomicInteger inFlight = new AtomicInteger();

    private final ConcurrentLinkedQueue<Append> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();

    Owner(Jid jid, Owners all, Stripe stripe) {
        this.jid = jid;
        this.jidBytes = jid.toString().getBytes(UTF_8);
        this.all = all;
        this.stripe = stripe;
        this.byHand = new ByHand(jid, all, this);
    }

    /** A session of non-negative priority, and the last id given before it was one: it was offered everything above. */
    private record Present(Recipient recipient, long since) {}

    /** A message with its place in the order. */
    private final class Append {
        private final Parcel parcel;
        private final Arrival arrival;
        private final byte[] stanzaId;
        private final CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        private List<Recipient> has = List.of();
        private boolean unlimited;
        /** It goes on from memory when it is committed; see {@link Drain#fresh}. */
        private boolean fresh;

        private boolean decided;
        private boolean committed;
        /** Its rules do not let it be stored; what is wanted is the verdict it would get. */
        private boolean rehearsal;

        Append(Parcel parcel, Arrival arrival, byte[] stanzaId) {
            this.parcel = parcel;
            this.arrival = arrival;
            this.stanzaId = stanzaId;
        }

        Outbound live() {
            return new Outbound(Tail.with(parcel.xml(), stanzaId), arrival);
        }

        StoredMessage row() {
            return delayed(fresh ? MessageKind.JOURNAL : MessageKind.OFFLINE);
        }

        StoredMessage delayed(MessageKind kind) {
            return row(Tail.with(parcel.xml(), stanzaId, Tail.delay(arrival.receivedAt(), all.domain)), kind);
        }

        /** The same, handed over at once: there is no delay to tell. */
        StoredMessage freshRow() {
            return row(Tail.with(parcel.xml(), stanzaId), MessageKind.JOURNAL);
        }

        private StoredMessage row(byte[] xml, MessageKind kind) {
            return new StoredMessage(arrival.id(), jid, arrival.sender(), arrival.receivedAt(), null, kind, xml);
        }

        int bytes() {
            return parcel.xml().length;
        }

        Judgement.Keep keep() {
            return unlimited ? parcel.keep().withoutLimit() : parcel.keep();
        }
    }

    /** One reading of the spool to one session. Fields are guarded by the stripe's lock. */
    private static final class Drain {
        private final Recipient to;
        /** For those who ask what became of a message. */
        private final String how;

        /** Ids above it were added since the drain began. */
        private final long begunAt;

        private boolean started;
        private boolean reading;
        private boolean pausing;
        private boolean rescan;
        /** The page that comes next, read while those before are written and proved. */
        private List<StoredMessage> next;
        /** Whether {@link #next} was less than a page may be. */
        private boolean nearEnd;
        /** The last page was empty. */
        private boolean emptySeen;
        /** {@link Owner#appendsBegun} when an empty page was begun with no append in flight; -1 if there was none. */
        private long emptyAt = -1;

        private long cursor;
        private long spilled;
        /** Rows handed over and not proved, and their bytes. */
        private int unproved;

        private long unprovedBytes;

        /**
         * With the journal, once everything in the store has been handed over: what is appended from then on, oldest first. It
         * goes on from here without being read back. Null otherwise.
         */
        private ArrayDeque<Append> fresh;

        private long freshBytes;
        private boolean stepDue;
        /** A page is being given to the link. */
        private boolean sending;

        Drain(Recipient to, long begunAt) {
            this.to = to;
            this.how = "to " + to.jid();
            this.begunAt = begunAt;
        }

        boolean fits(List<StoredMessage> page, SpoolSettings settings) {
            return unproved == 0
                    || unproved + page.size() <= settings.window()
                            && unprovedBytes + bytes(page) <= settings.windowBytes();
        }

        /** There may be rows in the store that were not handed over. */
        void again() {
            emptySeen = false;
            emptyAt = -1;
            fresh = null;
            freshBytes = 0;
        }

        void follow(Append append) {
            if (fresh == null) {
                return;
            }
            if (fresh.size() >= HELD_LIMIT || freshBytes + append.bytes() > HELD_BYTES) {
                again();
                return;
            }
            append.fresh = true;
            fresh.add(append);
            freshBytes += append.bytes();
        }

        /** What is committed and may be handed over now. */
        List<StoredMessage> takeFresh(SpoolSettings settings) {
            List<StoredMessage> page = new ArrayList<>();
            long rows = Math.min(settings.pageRows(), settings.window() - unproved);
            long bytes = Math.min(settings.pageBytes(), settings.windowBytes() - unprovedBytes);
            boolean alone = unproved == 0;
            for (Append next = fresh.peek(); next != null && next.decided; next = fresh.peek()) {
                if (next.committed) {
                    StoredMessage row = next.freshRow();
                    bytes -= row.sizeBytes();
                    if (page.size() == rows || bytes < 0 && !(alone && page.isEmpty())) {
                        break;
                    }
                    page.add(row);
                }
                fresh.poll();
                freshBytes -= next.bytes();
                cursor = next.arrival.id();
            }
            return page;
        }
    }

    /** Rows handed to a session and not yet proved. */
    private record Lease(Drain drain, List<Long> ids, long bytes, AtomicReference<CompletionStage<Void>> proof) {}

    private final List<Removal> removals = new ArrayList<>(0); // guarded by the stripe's lock

    private final List<Lease> leases = new ArrayList<>(0); // guarded by the stripe's lock

    /** For people who operate the server. */
    public State state() {
        return state;
    }

    /** The sessions of non-negative priority at this moment. Never changed: shared. */
    public Recipient[] present() {
        return presentNow;
    }

    boolean pin() {
        stripe.lock.lock();
        try {
            if (!retired) {
                pins++;
            }
            return !retired;
        } finally {
            stripe.lock.unlock();
        }
    }

    /** The counterpart of {@link Owners#pin}. */
    public void unpin() {
        stripe.lock.lock();
        try {
            pins--;
        } finally {
            stripe.lock.unlock();
        }
    }

    /** Gives this state up if it says nothing; true if it must not be used any more. */
    boolean retire() {
        stripe.lock.lock();
        try {
            retired = retired
                    || pins == 0
                            && present.isEmpty()
                            && drain == null
                            && inFlight.get() == 0
                            && queued.get() == 0
                            && returning == 0
                            && leases.isEmpty()
                            && removing.isEmpty()
                            && held.isEmpty()
                            && alreadyHas.isEmpty();
            return retired;
        } finally {
            stripe.lock.unlock();
        }
    }

    // ---- the way in

    /** Null if this state was given up. */
    CompletionStage<Verdict> deliver(Parcel parcel, Recipient only) {
        CompletionStage<Verdict> verdict;
        long id;
        int toStore;
        stripe.lock.lock();
        try {
            if (retired) {
                return null;
            }
            long now = all.clock.millis();
            id = all.ids.next(now);
            Arrival arrival = new Arrival(id, jid, parcel.sender(), Instant.ofEpochMilli(now));
            byte[] stanzaId = Tail.stanzaId(stripe.stanzaId(all.stanzaIdKey(), jidBytes, id), jid);
            if (state == State.LIVE && all.settings().journal()) {
                drainTo(present.get(0).recipient());
            }
            if (only != null) {
                verdict = toOne(parcel, arrival, stanzaId, only);
            } else if (state == State.AWAY) {
                verdict = spool(append(parcel, arrival, stanzaId));
            } else {
                verdict = toAll(parcel, arrival, stanzaId);
            }
            toStore = takeJustQueued();
        } finally {
            stripe.lock.unlock();
        }
        pump(toStore);
        CompletableFuture<Verdict> outcome = verdict.toCompletableFuture();
        if (outcome.isDone()) {
            witnessed(parcel, id, outcome.join());
        } else {
            outcome.thenAccept(last -> witnessed(parcel, id, last));
        }
        return verdict;
    }

    private void witnessed(Parcel parcel, long id, Verdict verdict) {
        Verdict last = parcel.way() == null ? verdict : parcel.way().inTheEnd(verdict);
        all.witness().verdict(jid, parcel.sender(), parcel.message().id(), id, last);
    }

    private CompletionStage<Verdict> toOne(Parcel parcel, Arrival arrival, byte[] stanzaId, Recipient to) {
        boolean draining = drain != null && drain.to == to;
        boolean direct = !draining || isCaughtUp();
        if (direct && !parcel.mayGoDirectly()) {
            return RULED_OUT;
        }
        if (!draining && to.offer(new Outbound(Tail.with(parcel.xml(), stanzaId), arrival))) {
            return DELIVERED;
        }
        if (state == State.LIVE) {
            drainTo(isPresent(to) ? to : present.get(0).recipient());
        }
        return spool(draining && direct ? new Append(parcel, arrival, stanzaId) : append(parcel, arrival, stanzaId));
    }

    /** Nothing that waits comes before a message of this moment, though it may go through the journal. Under the lock. */
    private boolean isCaughtUp() {
        return state == State.LIVE || drain != null && drain.fresh != null;
    }

    private Append append(Parcel parcel, Arrival arrival, byte[] stanzaId) {
        Append append = new Append(parcel, arrival, stanzaId);
        append.rehearsal = !parcel.mayBeStored();
        return append;
    }

    private CompletionStage<Verdict> toAll(Parcel parcel, Arrival arrival, byte[] stanzaId) {
        boolean journalled = state != State.LIVE && isCaughtUp();
        if (isCaughtUp() ? !parcel.mayGoDirectly() : !parcel.mayBeStored()) {
            return isCaughtUp() ? RULED_OUT : spool(append(parcel, arrival, stanzaId));
        }
        Outbound live = new Outbound(Tail.with(parcel.xml(), stanzaId), arrival);
        Drain current = drain;
        List<Recipient> has = current == null && present.size() == 1 ? null : new ArrayList<>(present.size());
        Recipient refused = null;
        for (int i = 0; i < present.size(); i++) {
            Recipient to = present.get(i).recipient();
            if (current != null && current.to == to) {
                continue;
            }
            if (!to.offer(live)) {
                refused = refused == null ? to : refused;
            } else if (has != null) {
                has.add(to);
            }
        }
        if (state == State.LIVE && refused == null) {
            return has == null || has.size() == 1 ? DELIVERED : completedFuture(new Verdict.Delivered(has.size()));
        }
        if (state == State.LIVE) {
            drainTo(refused);
        }
        boolean nobodyHas = has == null || has.isEmpty();
        Append append =
                nobodyHas && !journalled ? append(parcel, arrival, stanzaId) : new Append(parcel, arrival, stanzaId);
        append.has = nobodyHas ? List.of() : has;
        return spool(append);
    }

    /** Behind everything that waits: into the store, or into memory during HANDOVER. Under the lock. */
    private CompletionStage<Verdict> spool(Append append) {
        int bytes = append.bytes();
        if (!append.has.isEmpty()) {
            alreadyHas.put(append.arrival.id(), append.has);
        }
        if (state == State.HANDOVER
                && !append.rehearsal
                && held.size() < HELD_LIMIT
                && heldBytes + bytes <= HELD_BYTES) {
            held.add(append);
            heldBytes += bytes;
            return append.verdict;
        }
        if (state == State.HANDOVER) {
            storeHeld();
        }
        if (state == State.DRAINING && drain.spilled >= all.settings().spillLimit()) {
            return completedFuture(concluded(append, SPILL_LIMIT));
        }
        enqueue(append);
        return append.verdict;
    }

    /** Under the lock; {@link #pump} must follow outside it. */
    private void enqueue(Append append) {
        append.unlimited = state != State.AWAY;
        if (drain != null && !append.rehearsal) {
            drain.spilled++;
            drain.follow(append);
        }
        appendsBegun++;
        inFlight.incrementAndGet();
        queue.add(append);
        justQueued++;
    }

    /** From HANDOVER back to DRAINING. Under the lock. */
    private void storeHeld() {
        state = State.DRAINING;
        held.forEach(this::enqueue);
        held.clear();
        heldBytes = 0;
        drain.again();
    }

    private int takeJustQueued() {
        int count = justQueued;
        justQueued = 0;
        return count;
    }

    /** Whoever finds the queue idle empties it; so appends are made in order, and by one thread at a time. */
    private void pump(int added) {
        if (added > 0 && queued.getAndAdd(added) == 0) {
            storeQueued(false);
        }
    }

    private void storeQueued(boolean giveUp) {
        int turns = 0;
        do {
            Delivery delivery = all.delivery.now();
            if (delivery == null && !giveUp) {
                all.delivery
                        .await(all.settings().swapTimeout())
                        .thenAcceptAsync(came -> storeQueued(came == null), all.workers);
                return;
            }
            if (++turns > 256) { // a sender's reader has other things to do
                all.workers.execute(() -> storeQueued(giveUp));
                return;
            }
            store(delivery, queue.poll());
        } while (queued.decrementAndGet() != 0);
    }

    private void store(Delivery delivery, Append append) {
        if (delivery == null) {
            stored(append, new Verdict.Failed("no delivery", unavailableNow()));
            return;
        }
        CompletionStage<Verdict> verdict;
        try {
            verdict = append.rehearsal
                    ? delivery.rehearse(append.parcel.message(), append.row(), append.keep())
                    : delivery.store(append.parcel.message(), append.row(), append.keep());
        } catch (RuntimeException e) {
            LOG.error("storing message {} for {} failed", append.arrival.id(), jid, e);
            stored(append, new Verdict.Failed("delivery failed", unavailableNow()));
            return;
        }
        verdict.whenComplete((outcome, problem) ->
                stored(append, outcome != null ? outcome : new Verdict.Failed("delivery failed", unavailableNow())));
    }

    private void stored(Append append, Verdict stored) {
        Verdict outcome;
        Drain current;
        boolean due;
        stripe.lock.lock();
        try {
            outcome = concluded(append, stored);
            append.decided = true;
            append.committed = stored instanceof Verdict.Stored;
            boolean last = inFlight.decrementAndGet() == 0;
            current = drain;
            due = current != null && !current.stepDue && (last || current.fresh != null);
            if (due) {
                current.stepDue = true;
            }
        } finally {
            stripe.lock.unlock();
        }
        if (due) {
            all.workers.execute(() -> step(current));
        }
        append.verdict.complete(outcome);
    }

    /** A message that a session has is delivered, whatever became of the copy for another. Under the lock. */
    private Verdict concluded(Append append, Verdict outcome) {
        if (append.has.isEmpty() || outcome instanceof Verdict.Stored) {
            return outcome;
        }
        long id = append.arrival.id();
        onlyThere.put(id, append.has);
        if (onlyThere.size() > ONLY_THERE_LIMIT) {
            Long oldest = onlyThere.keySet().iterator().next();
            onlyThere.remove(oldest);
            alreadyHas.remove(oldest);
        }
        return new Verdict.Delivered(append.has.size());
    }

    private static StanzaError unavailableNow() {
        return StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE).later();
    }

    // ---- sessions come and go

    /**
     * A session has a priority of 0 or more.
     *
     * @return what starts the drain, to be run when the session has the answers to all it asked; null if there is none to start
     */
    public Runnable available(Recipient recipient) {
        stripe.lock.lock();
        try {
            if (isPresent(recipient)) {
                return null;
            }
            hold.available(recipient, state == State.AWAY, all.ids.last());
            present.add(new Present(recipient, all.ids.last()));
            publish();
            if (state != State.AWAY) {
                return null;
            }
            state = State.DRAINING;
            Drain begun = new Drain(recipient, all.ids.last());
            drain = begun;
            return () -> all.workers.execute(() -> start(begun));
        } finally {
            stripe.lock.unlock();
        }
    }

    /** A session is unavailable or has a negative priority. */
    public void unavailable(Recipient recipient) {
        int toStore;
        stripe.lock.lock();
        try {
            withdraw(recipient);
            toStore = takeJustQueued();
        } finally {
            stripe.lock.unlock();
        }
        pump(toStore);
    }

    /**
     * What became of the messages that a session was not given.
     *
     * @param durable   completes when those that went back to the spool are durable there
     * @param elsewhere those that another session of the owner was given, oldest first
     */
    public record Left(CompletionStage<Void> durable, List<Outbound> elsewhere) {}

    /**
     * A session has ended. What it was not given goes back to the spool, except what another session of the owner was given.
     *
     * @param unsent storable messages, oldest first
     */
    public Left left(Recipient recipient, List<Outbound> unsent) {
        return left(recipient, unsent, true);
    }

    /** A session was cut and may come back: as {@link #left}, but for what is remembered of it. */
    public Left suspended(Recipient recipient, List<Outbound> unsent) {
        return left(recipient, unsent, false);
    }

    private Left left(Recipient recipient, List<Outbound> unsent, boolean forGood) {
        Set<Long> ownCopies = presentNow.length == 0 ? Set.of() : addressedTo(recipient.jid(), unsent);
        List<StoredMessage> rows;
        CompletableFuture<Void> removed;
        Drain current;
        int toStore;
        stripe.lock.lock();
        try {
            fallAll(recipient);
            if (!forGood && isPresent(recipient)) {
                hold.suspended(recipient);
            }
            withdraw(recipient);
            if (forGood && hold.ended(recipient)) {
                readAgain();
            }
            rows = comeBack(recipient, unsent, ownCopies);
            if (forGood) {
                forgetWhatHas(recipient);
            }
            if (!rows.isEmpty()) {
                returning++;
                if (state == State.LIVE) {
                    drainTo(present.get(0).recipient());
                }
            }
            removed = removalsOf(rows);
            current = drain;
            toStore = takeJustQueued();
        } finally {
            stripe.lock.unlock();
        }
        pump(toStore);
        if (current != null) { // it may have waited for the rows that fell
            all.workers.execute(() -> step(current));
        }
        Set<Long> kept = rows.stream().map(StoredMessage::id).collect(toSet());
        List<Outbound> elsewhere = unsent.stream()
                .filter(stanza -> !kept.contains(stanza.arrival().id()))
                .toList();
        return new Left(rows.isEmpty() ? completedFuture(null) : removed.thenCompose(gone -> putBack(rows)), elsewhere);
    }

    /**
     * A session that was cut says that it has got these after all. They leave the spool, unless they are on their way to another
     * session by now, which then proves them.
     */
    public void received(Recipient recipient, Collection<Long> ids) {
        List<Long> gone = List.copyOf(ids);
        Removal removal;
        stripe.lock.lock();
        try {
            if (drain != null) {
                gone.forEach(id -> alreadyHas
                        .computeIfAbsent(id, none -> new ArrayList<>(1))
                        .add(recipient));
                return;
            }
            removal = removal(gone);
        } finally {
            stripe.lock.unlock();
        }
        remove(removal);
    }

    /**
     * Whether nothing is known against it. A session may be handed a page, prove it and leave before {@link #send} has been told
     * how to wait for that proof; then {@link #proved} ends the lease, this way or that, a moment later.
     */
    private static boolean mayBeProved(Lease lease) {
        CompletionStage<Void> proof = lease.proof().get();
        if (proof == null) {
            return true;
        }
        CompletableFuture<Void> future = proof.toCompletableFuture();
        return future.isDone() && !future.isCompletedExceptionally();
    }

    private Set<Long> addressedTo(Jid full, List<Outbound> unsent) {
        Set<Long> ids = new HashSet<>();
        for (Outbound stanza : unsent) {
            try {
                Element message = all.codec.parse(stanza.xml(), Namespaces.CLIENT);
                if (full.toString().equals(message.attribute("to"))) {
                    ids.add(stanza.arrival().id());
                }
            } catch (XmlStreamException e) {
                LOG.error(
                        "message {} for {} cannot be read back",
                        stanza.arrival().id(),
                        jid);
                ids.add(stanza.arrival().id());
            }
        }
        return ids;
    }

    /** A message to the account was offered to every session that was present then; only those nobody has come back. */
    private List<StoredMessage> comeBack(Recipient recipient, List<Outbound> unsent, Set<Long> ownCopies) {
        List<StoredMessage> rows = new ArrayList<>(unsent.size());
        for (Outbound stanza : unsent) {
            Arrival arrival = stanza.arrival();
            List<Recipient> others = onlyThere.remove(arrival.id());
            if (others != null) {
                alreadyHas.put(arrival.id(), others);
            }
            List<Recipient> has = alreadyHas.get(arrival.id());
            if (has != null) {
                has.remove(recipient);
            }
            boolean elsewhere = others == null
                    && !ownCopies.contains(arrival.id())
                    && present.stream().anyMatch(p -> p.since() < arrival.id());
            if (!elsewhere) {
                byte[] stored = Tail.with(stanza.xml(), Tail.delay(arrival.receivedAt(), all.domain));
                rows.add(new StoredMessage(
                        arrival.id(), jid, arrival.sender(), arrival.receivedAt(), null, MessageKind.RETURNED, stored));
            }
        }
        return rows;
    }

    private void forgetWhatHas(Recipient gone) {
        alreadyHas.replaceAll((id, has) ->
                has.contains(gone) ? has.stream().filter(r -> r != gone).collect(toCollection(ArrayList::new)) : has);
        alreadyHas.values().removeIf(List::isEmpty);
    }

    /** A row that another session needed no more may be needed again: it must be gone before it is put back. Under the lock. */
    private CompletableFuture<Void> removalsOf(List<StoredMessage> rows) {
        Set<Long> ids = rows.stream().map(StoredMessage::id).collect(toSet());
        return CompletableFuture.allOf(removals.stream()
                .filter(removal -> removal.ids().stream().anyMatch(ids::contains))
                .map(Removal::done)
                .toArray(CompletableFuture[]::new));
    }

    private CompletionStage<Void> putBack(List<StoredMessage> rows) {
        forgetRemoved(rows);
        CompletableFuture<Void> durable = new CompletableFuture<>();
        putBack(rows, 1, durable);
        return durable;
    }

    private void forgetRemoved(List<StoredMessage> rows) {
        stripe.lock.lock();
        try {
            rows.forEach(row -> {
                removing.remove(row.id());
                justRemoved.remove(row.id());
            });
        } finally {
            stripe.lock.unlock();
        }
    }

    private void putBack(List<StoredMessage> rows, int attempt, CompletableFuture<Void> durable) {
        call(delivery -> delivery.putBack(rows))
                .whenCompleteAsync(
                        (done, problem) -> {
                            if (problem != null && attempt < PUT_BACK_TRIES) {
                                all.workers.after(RETRY, () -> putBack(rows, attempt + 1, durable));
                                return;
                            }
                            if (problem != null) {
                                LOG.error(
                                        "{} messages that {} had not been given yet could not be stored and are lost",
                                        rows.size(),
                                        jid,
                                        problem);
                            }
                            all.witness()
                                    .fate(
                                            jid,
                                            rows.stream().map(StoredMessage::id).toList(),
                                            problem == null ? Fate.RETURNED : Fate.LOST,
                                            "its session ended before it had it");
                            Drain current = returned();
                            durable.complete(null);
                            if (current != null) {
                                step(current);
                            }
                        },
                        all.workers);
    }

    private Drain returned() {
        stripe.lock.lock();
        try {
            returning--;
            if (drain != null) {
                drain.rescan = true;
                drain.again();
            }
            return drain;
        } finally {
            stripe.lock.unlock();
        }
    }

    /** Under the lock. */
    private void withdraw(Recipient recipient) {
        if (!present.removeIf(p -> p.recipient() == recipient)) {
            return;
        }
        publish();
        Drain current = drain;
        if (current != null && current.to == recipient) {
            if (state == State.HANDOVER) {
                storeHeld();
            }
            if (present.isEmpty()) {
                drain = null;
                forgetJustRemoved();
            } else {
                drainTo(present.get(0).recipient());
            }
        }
        if (present.isEmpty()) {
            state = State.AWAY;
            onlyThere.clear();
        }
    }

    /** From here on through the spool, read to this session. Under the lock. */
    private void drainTo(Recipient recipient) {
        state = State.DRAINING;
        Drain begun = new Drain(recipient, all.ids.last());
        drain = begun;
        all.workers.execute(() -> start(begun));
    }

    /** The settings have changed. */
    void reconsider() {
        Drain current = drain;
        if (current != null) {
            step(current);
        }
    }

    private boolean isPresent(Recipient recipient) {
        for (int i = 0; i < present.size(); i++) {
            if (present.get(i).recipient() == recipient) {
                return true;
            }
        }
        return false;
    }

    private void publish() {
        presentNow = present.stream().map(Present::recipient).toArray(Recipient[]::new);
    }

    // ---- the way out

    private void start(Drain d) {
        stripe.lock.lock();
        try {
            d.started = true;
        } finally {
            stripe.lock.unlock();
        }
        step(d);
    }

    /** Does what can be done next: hand a page over, read one, or go live. Called whenever something has changed. */
    private void step(Drain d) {
        List<StoredMessage> page = null;
        Lease lease = null;
        Removal needless = null;
        List<Append> handedOver = List.of();
        boolean read = false;
        long after = 0;
        long begunAt = -1;
        int toStore;
        stripe.lock.lock();
        try {
            d.stepDue = false;
            if (drain != d || !d.started) {
                return;
            }
            boolean journal = all.settings().journal();
            if (journal && state == State.HANDOVER) {
                storeHeld();
            }
            if (!journal && d.fresh != null) {
                d.again();
            }
            if (d.next != null && !d.sending && d.fits(d.next, all.settings()) && noOtherLease(d)) {
                page = new ArrayList<>(d.next.size());
                List<Long> had = choose(d, page);
                needless = had.isEmpty() ? null : removal(had);
                d.next = null;
                forgetJustRemoved();
                if (!page.isEmpty()) {
                    lease = lease(d, page);
                }
                if (d.nearEnd && state == State.DRAINING && !journal) {
                    handOver();
                }
            }
            if (d.unproved == 0 && d.emptySeen && state == State.DRAINING && inFlight.get() > 0 && !journal) {
                handOver();
            }
            if (journal && d.fresh == null && hasReadAll(d)) {
                d.fresh = new ArrayDeque<>();
            }
            if (d.fresh != null && !d.sending && leases.size() < 2 && noOtherLease(d)) {
                page = d.takeFresh(all.settings());
                lease = page.isEmpty() ? null : lease(d, page);
            }
            d.sending |= lease != null;
            if (!journal && d.unproved == 0 && hasReadAll(d)) {
                handedOver = goLive(d);
            }
            if (drain == d && wantsPage(d)) {
                d.reading = true;
                read = true;
                if (d.rescan) {
                    d.rescan = false;
                    d.cursor = 0;
                }
                after = Math.max(d.cursor, hold.floor());
                begunAt = inFlight.get() == 0 ? appendsBegun : -1;
            }
            toStore = takeJustQueued();
        } finally {
            stripe.lock.unlock();
        }
        pump(toStore);
        handedOver.forEach(a -> a.verdict.complete(new Verdict.Delivered(a.has.size() + 1)));
        if (needless != null) {
            remove(needless);
        }
        if (read) {
            read(d, after, begunAt);
        }
        if (lease != null) {
            send(lease, page);
            sent(d);
        }
    }

    /** The next page may follow: two are never on their way to the link at once, or they might change places. */
    private void sent(Drain d) {
        stripe.lock.lock();
        try {
            d.sending = false;
        } finally {
            stripe.lock.unlock();
        }
        step(d);
    }

    /** Sorts out the rows that this session need not be given; answers those to be removed. Under the lock. */
    private List<Long> choose(Drain d, List<StoredMessage> page) {
        List<Long> needless = new ArrayList<>(0);
        Instant now = all.clock.instant();
        for (StoredMessage row : d.next) {
            Long id = row.id();
            if (id <= hold.floor() || leased.contains(id) || removing.contains(id) || isOver(row, now)) {
                continue;
            }
            if (alreadyHas.getOrDefault(id, List.of()).contains(d.to)) {
                needless.add(id);
                alreadyHas.remove(id);
            } else {
                page.add(row);
            }
        }
        return needless;
    }

    /** Past its end a message is not handed over any more, so that whoever ends it knows; rules that nobody reads end nothing. */
    private boolean isOver(StoredMessage row, Instant now) {
        return row.expiresAt() != null
                && !row.expiresAt().isAfter(now)
                && (all.rules.get() != null || !MessageRules.mayBeCarriedBy(row));
    }

    /** Whether a row is being handed to a session, or was and is being removed. */
    boolean isOnItsWay(long id) {
        stripe.lock.lock();
        try {
            return leased.contains(id) || removing.contains(id);
        } finally {
            stripe.lock.unlock();
        }
    }

    /** Rows were stored by somebody else: they are read, if anybody is there. */
    void arrived() {
        Drain current;
        stripe.lock.lock();
        try {
            readAgain();
            current = drain;
        } finally {
            stripe.lock.unlock();
        }
        if (current != null) {
            all.workers.execute(() -> step(current));
        }
    }

    /** There may be rows in the store that nobody is being handed, if anybody is there. Under the lock. */
    private void readAgain() {
        if (drain != null) {
            drain.rescan = true;
            drain.again();
        } else if (state == State.LIVE) {
            drainTo(present.get(0).recipient());
        }
    }

    /** A message of the server's own as a row; null if this state was given up. */
    StoredMessage notice(Parcel parcel) {
        stripe.lock.lock();
        try {
            if (retired) {
                return null;
            }
            long now = all.clock.millis();
            long id = all.ids.next(now);
            Arrival arrival = new Arrival(id, jid, parcel.sender(), Instant.ofEpochMilli(now));
            byte[] stanzaId = Tail.stanzaId(stripe.stanzaId(all.stanzaIdKey(), jidBytes, id), jid);
            return new Append(parcel, arrival, stanzaId).delayed(MessageKind.NOTICE);
        } finally {
            stripe.lock.unlock();
        }
    }

    /** What an earlier drain has handed over and is not proved may have to come before this one's rows. */
    private boolean noOtherLease(Drain d) {
        for (int i = 0; i < leases.size(); i++) {
            if (leases.get(i).drain() != d) {
                return false;
            }
        }
        return true;
    }

    private void forgetJustRemoved() {
        removing.removeAll(justRemoved);
        justRemoved.clear();
    }

    private Lease lease(Drain d, List<StoredMessage> page) {
        List<Long> ids = page.stream().map(StoredMessage::id).toList();
        Lease lease = new Lease(d, ids, bytes(page), new AtomicReference<>());
        leases.add(lease);
        leased.addAll(ids);
        d.unproved += ids.size();
        d.unprovedBytes += lease.bytes();
        return lease;
    }

    /** The rows of a lease are proved, or free again. Under the lock. */
    private void end(Lease lease) {
        leases.remove(lease);
        lease.drain().unproved -= lease.ids().size();
        lease.drain().unprovedBytes -= lease.bytes();
        lease.ids().forEach(leased::remove);
    }

    private static long bytes(List<StoredMessage> page) {
        return page.stream().mapToLong(StoredMessage::sizeBytes).sum();
    }

    private void handOver() {
        state = State.HANDOVER;
        int epoch = ++handovers;
        all.workers.after(HANDOVER_PATIENCE, () -> tooLong(epoch));
    }

    /** Senders do not wait for a slow reader, nor for a slow store. */
    private void tooLong(int epoch) {
        int toStore;
        Drain current;
        stripe.lock.lock();
        try {
            if (state != State.HANDOVER || handovers != epoch) {
                return;
            }
            storeHeld();
            current = drain;
            toStore = takeJustQueued();
        } finally {
            stripe.lock.unlock();
        }
        pump(toStore);
        step(current);
    }

    /** Nothing in the store waits to be handed over, nor is anything on its way there. */
    private boolean hasReadAll(Drain d) {
        return d.emptyAt == appendsBegun
                && !d.reading
                && !d.rescan
                && d.next == null
                && inFlight.get() == 0
                && returning == 0;
    }

    /** What was held goes to the session now, and the rest straight from here on. Under the lock. */
    private List<Append> goLive(Drain d) {
        List<Append> taken = new ArrayList<>(held.size());
        for (Append a = held.peek(); a != null && d.to.offer(a.live()); a = held.peek()) {
            taken.add(held.poll());
        }
        if (held.isEmpty()) {
            heldBytes = 0;
            state = State.LIVE;
            drain = null;
            alreadyHas.keySet().removeIf(id -> id > hold.floor());
            forgetJustRemoved();
        } else {
            storeHeld();
        }
        return taken;
    }

    private boolean wantsPage(Drain d) {
        boolean nothingNew = d.emptySeen && (inFlight.get() > 0 || d.emptyAt == appendsBegun);
        boolean free = !d.reading && !d.pausing && d.next == null && d.fresh == null && returning == 0;
        return free && (!nothingNew || d.rescan);
    }

    private void read(Drain d, long after, long begunAt) {
        SpoolSettings settings = all.settings();
        call(delivery -> delivery.page(jid, after, settings.pageRows(), settings.pageBytes()))
                .whenCompleteAsync((rows, problem) -> paged(d, rows, problem, begunAt, settings), all.workers);
    }

    /** What somebody sent who is blocked by now stays where it is, for the day that he is not (XEP-0191 §2). */
    List<StoredMessage> fromNobodyBlocked(List<StoredMessage> rows) {
        return rows.stream().filter(row -> !all.blocked.test(jid, row.sender())).toList();
    }

    private void paged(Drain d, List<StoredMessage> rows, Throwable problem, long begunAt, SpoolSettings settings) {
        List<StoredMessage> wanted = problem != null ? List.of() : fromNobodyBlocked(rows);
        stripe.lock.lock();
        try {
            if (drain != d) {
                return;
            }
            d.reading = false;
            if (problem != null) {
                d.pausing = true;
            } else if (rows.isEmpty()) {
                d.emptySeen = true;
                d.emptyAt = begunAt;
                forgetJustRemoved();
            } else {
                d.again();
                d.cursor = rows.get(rows.size() - 1).id();
                d.next = wanted;
                d.nearEnd = rows.size() < settings.pageRows() && bytes(rows) < settings.pageBytes() / 2;
                all.ids.above(d.cursor);
            }
        } finally {
            stripe.lock.unlock();
        }
        if (problem == null) {
            step(d);
            return;
        }
        LOG.warn("the messages waiting for {} cannot be read now, trying again: {}", jid, problem.toString());
        all.workers.after(RETRY, () -> {
            stripe.lock.lock();
            try {
                d.pausing = false;
            } finally {
                stripe.lock.unlock();
            }
            step(d);
        });
    }

    private void send(Lease lease, List<StoredMessage> page) {
        CompletionStage<Void> proof;
        try {
            proof = lease.drain().to.sendStored(page, all.settings().proof());
        } catch (RuntimeException e) {
            LOG.error("handing stored messages to {} failed", lease.drain().to.jid(), e);
            proof = CompletableFuture.failedFuture(e);
        }
        lease.proof().set(proof);
        proof.whenCompleteAsync((done, problem) -> proved(lease, problem == null), all.workers);
    }

    private void proved(Lease lease, boolean received) {
        Removal removal = null;
        Drain current;
        int toStore;
        stripe.lock.lock();
        try {
            if (!leases.contains(lease)) {
                return; // it fell with its session
            }
            if (received) {
                end(lease);
                removal = removal(lease.ids());
                lease.ids().forEach(alreadyHas::remove);
                long since = lease.drain().begunAt;
                lease.drain().spilled -=
                        lease.ids().stream().filter(id -> id > since).count();
            } else {
                fallAll(lease.drain().to);
                withdraw(lease.drain().to);
            }
            current = drain;
            toStore = takeJustQueued();
        } finally {
            stripe.lock.unlock();
        }
        pump(toStore);
        if (received) {
            all.witness().fate(jid, lease.ids(), Fate.PROVED, lease.drain().how);
            remove(removal);
        }
        if (current != null) {
            step(current);
        }
    }

    /** All of them at once, so that whoever drains next gets them in order. Under the lock. */
    private void fallAll(Recipient recipient) {
        for (Lease lease : List.copyOf(leases)) {
            if (lease.drain().to == recipient && !mayBeProved(lease)) {
                fall(lease);
            }
        }
    }

    /** The rows of a lease are free again, for whoever drains next. Under the lock. */
    private void fall(Lease lease) {
        end(lease);
        readAgain();
    }

    /** From here on a drain passes them over. Under the lock; {@link #remove} must follow outside it. */
    private Removal removal(List<Long> ids) {
        removing.addAll(ids);
        Removal begun = new Removal(ids, new CompletableFuture<>());
        removals.add(begun);
        return begun;
    }

    private void remove(Removal removal) {
        call(delivery -> delivery.remove(jid, removal.ids()))
                .whenCompleteAsync(
                        (done, problem) -> {
                            if (problem == null) {
                                removed(removal);
                                return;
                            }
                            LOG.warn(
                                    "messages {} got cannot be removed now, trying again: {}", jid, problem.toString());
                            all.workers.after(RETRY, () -> remove(removal));
                        },
                        all.workers);
    }

    void removed(Removal removal) {
        stripe.lock.lock();
        try {
            removals.remove(removal);
            justRemoved.addAll(removal.ids());
            if (drain == null || !drain.reading && drain.next == null) {
                forgetJustRemoved();
            }
        } finally {
            stripe.lock.unlock();
        }
        removal.done().complete(null);
    }

    // ---- by hand

    /**
     * From here on what waits is handed to nobody, until {@link #left} or {@link #letGo} says that this session has ended.
     */
    public void hold(Recipient asker) {
        Drain current;
        stripe.lock.lock();
        try {
            hold.asks(asker);
            current = drain;
        } finally {
            stripe.lock.unlock();
        }
        if (current != null) {
            step(current);
        }
    }

    /** The counterpart of {@link #hold} for a session that had ended already. */
    public void letGo(Recipient asker) {
        Drain current;
        stripe.lock.lock();
        try {
            if (hold.ended(asker)) {
                readAgain();
            }
            current = drain;
        } finally {
            stripe.lock.unlock();
        }
        if (current != null) {
            step(current);
        }
    }

    /** Whether a session that deals with it by hand keeps what waits from the others. */
    public boolean isHeld() {
        return hold.isOn();
    }

    /** See {@link im.restante.session.Retrieval#count}. */
    public CompletionStage<Long> count() {
        return call(delivery -> delivery.count(jid));
    }

    /** See {@link im.restante.session.Retrieval#page}. */
    public CompletionStage<List<StoredMessage>> page(long after, int rows, long bytes) {
        return byHand.page(after, rows, bytes);
    }

    /** See {@link im.restante.session.Retrieval#remove}. */
    public CompletionStage<Void> remove(List<StoredMessage> rows, Jid by) {
        return byHand.remove(rows, by);
    }

    /** See {@link im.restante.session.Retrieval#purge}. */
    public CompletionStage<Void> purge(Jid by) {
        return byHand.purge(by);
    }

    /** The last id of what waits. */
    long waitingUpTo() {
        stripe.lock.lock();
        try {
            return state == State.AWAY ? all.ids.last() : hold.waitingUpTo();
        } finally {
            stripe.lock.unlock();
        }
    }

    /** Those of the rows that wait, and are not past their end nor being removed. */
    List<StoredMessage> waiting(List<StoredMessage> rows) {
        Instant now = all.clock.instant();
        stripe.lock.lock();
        try {
            long last = waitingUpTo();
            return rows.stream()
                    .filter(row -> row.id() <= last && !removing.contains(row.id()) && !isOver(row, now))
                    .toList();
        } finally {
            stripe.lock.unlock();
        }
    }

    /** Rows whose owner wants them gone; a lease of them goes on, and finds nothing to remove. */
    Removal removalByHand(List<Long> ids) {
        stripe.lock.lock();
        try {
            ids.forEach(alreadyHas::remove);
            return removal(ids.stream().filter(id -> !removing.contains(id)).toList());
        } finally {
            stripe.lock.unlock();
        }
    }

    /** They may be there still: somebody may want them. */
    void notRemoved(Removal removal) {
        Drain current;
        stripe.lock.lock();
        try {
            removals.remove(removal);
            removal.ids().stream()
                    .filter(id ->
                            removals.stream().noneMatch(other -> other.ids().contains(id)))
                    .forEach(removing::remove);
            readAgain();
            current = drain;
        } finally {
            stripe.lock.unlock();
        }
        removal.done().complete(null);
        if (current != null) {
            step(current);
        }
    }

    /** Asks the delivery, waiting for one that is being replaced; what it throws is a failed stage. */
    <T> CompletionStage<T> call(java.util.function.Function<Delivery, CompletionStage<T>> question) {
        Delivery now = all.delivery.now();
        CompletionStage<Delivery> service = now != null
                ? completedFuture(now)
                : all.delivery.await(all.settings().swapTimeout());
        return service.thenCompose(delivery -> {
            if (delivery == null) {
                return CompletableFuture.failedFuture(new StoreException("the delivery bundle is not there"));
            }
            return question.apply(delivery);
        });
    }
}
