package im.restante.internal.session.owner;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What is known in memory of one owner's spool, and how its state changes.
 *
 * <p>The lock discipline of this package, once for all: what is here and in the objects held here is read and changed inside
 * {@link #decide} only, under the stripe's lock, unless it says otherwise. A decision touches memory, puts into queues in memory and
 * hands tasks to the workers; stores, services, links and futures have their turn after it.
 */
final class Spool {
    private static final Duration HANDOVER_PATIENCE = Duration.ofMillis(500);
    private static final Recipient[] NOBODY = {};

    final Jid jid;
    final Owners all;
    final Appends appends;
    final Drainer drainer;
    final Held held = new Held();
    final Leases leases = new Leases();
    final Removals removals = new Removals();
    final Copies copies = new Copies();
    final Hold hold = new Hold();

    /** Rows came back while messages of smaller ids were on their way into the store: who reads may have passed by their places. */
    private boolean overtaken;

    final List<Present> present = new ArrayList<>(2);
    private final byte[] jidBytes;
    private final Stripe stripe;
    private int returning;
    private int handovers;
    private int pins;
    private boolean retired;

    // written under the lock, read anywhere
    private volatile Owner.State state = Owner.State.AWAY;
    private volatile Drain drain;
    private volatile Recipient[] presentNow = NOBODY;

    Spool(Jid jid, Owners all, Stripe stripe) {
        this.jid = jid;
        this.jidBytes = jid.toString().getBytes(UTF_8);
        this.all = all;
        this.stripe = stripe;
        this.appends = new Appends(this, all);
        this.drainer = new Drainer(this, all);
    }

    /** A session of non-negative priority, and the last id given before it was one: it was offered everything above. */
    record Present(Recipient recipient, long since) {}

    /** Decides something under the lock, and then hands the store what that has queued for it. */
    <T> T decide(Supplier<T> decision) {
        T decided;
        int toStore;
        stripe.lock.lock();
        try {
            decided = decision.get();
            toStore = appends.takeJustQueued();
        } finally {
            stripe.lock.unlock();
        }
        appends.pump(toStore);
        return decided;
    }

    void change(Runnable change) {
        decide(() -> {
            change.run();
            return null;
        });
    }

    Owner.State state() {
        return state;
    }

    Drain drain() {
        return drain;
    }

    /** Not to be changed: shared. */
    Recipient[] presentNow() {
        return presentNow;
    }

    // ---- whether there is anything to know

    boolean pin() {
        if (!retired) {
            pins++;
        }
        return !retired;
    }

    void unpin() {
        pins--;
    }

    boolean isRetired() {
        return retired;
    }

    /** Gives this state up if it says nothing; true if it must not be used any more. */
    boolean retire() {
        retired = retired
                || pins == 0
                        && present.isEmpty()
                        && drain == null
                        && appends.isIdle()
                        && returning == 0
                        && leases.isEmpty()
                        && removals.isEmpty()
                        && held.isEmpty()
                        && copies.isEmpty();
        return retired;
    }

    // ---- messages

    /** The next message of the order. */
    Arrival arrival(Parcel parcel) {
        Instant now = all.now();
        Instant received = parcel.way() == null ? now : parcel.way().judgedAt();
        return new Arrival(all.ids.next(now.toEpochMilli()), jid, parcel.sender(), received);
    }

    byte[] stanzaId(Arrival arrival) {
        return Tail.stanzaId(stripe.stanzaId(all.stanzaIdKey(), jidBytes, arrival.id()), jid);
    }

    /** Nothing that waits comes before a message of this moment, though it may go through the journal. */
    boolean isCaughtUp() {
        return state == Owner.State.LIVE || drain != null && drain.follows();
    }

    void enqueue(Append append) {
        append.unlimited = state != Owner.State.AWAY;
        if (drain != null && !append.rehearsal) {
            drain.spilled++;
            drain.follow(append);
        }
        appends.add(append);
    }

    /** A message that a session has is delivered, whatever became of the copy for another. */
    Verdict concluded(Append append, Verdict outcome) {
        if (append.has.isEmpty() || outcome instanceof Verdict.Stored) {
            return outcome;
        }
        copies.areAll(append.id(), append.has);
        return new Verdict.Delivered(append.has.size());
    }

    // ---- sessions

    boolean isPresent(Recipient recipient) {
        return presence(recipient) != null;
    }

    private Present presence(Recipient recipient) {
        for (int i = 0; i < present.size(); i++) {
            if (present.get(i).recipient() == recipient) {
                return present.get(i);
            }
        }
        return null;
    }

    /** What starts the drain that begins with this session; null if there is none to start. */
    Drain arrive(Recipient recipient) {
        hold.available(recipient, state == Owner.State.AWAY, all.ids.last());
        present.add(new Present(recipient, all.ids.last()));
        publish();
        return state == Owner.State.AWAY ? drain(recipient) : null;
    }

    /** It gets no more from here on. */
    void withdraw(Recipient recipient) {
        if (!present.removeIf(p -> p.recipient() == recipient)) {
            return;
        }
        publish();
        if (drain != null && drain.to == recipient) {
            if (state == Owner.State.HANDOVER) {
                storeHeld();
            }
            if (present.isEmpty()) {
                drain = null;
                removals.forgetJustGone();
            } else {
                drainTo(first());
            }
        }
        if (present.isEmpty()) {
            state = Owner.State.AWAY;
            copies.forgetAllThere();
        }
    }

    private void publish() {
        presentNow = present.stream().map(Present::recipient).toArray(Recipient[]::new);
    }

    Recipient first() {
        return present.get(0).recipient();
    }

    /** A page was not proved. A session that was cut and has come back since answers for none of before. */
    void unproved(Lease lease) {
        Recipient to = lease.drain.to;
        if (presence(to) == lease.drain.presence) {
            fallAll(to);
            withdraw(to);
        } else {
            fall(lease);
        }
    }

    private void fall(Lease lease) {
        leases.end(lease);
        readFromTheOldest();
    }

    /** A session has ended: all its leases fall at once, so that whoever drains next gets their rows in order. */
    void fallAll(Recipient recipient) {
        leases.fallingWith(recipient).forEach(this::fall);
    }

    // ---- state

    /** From here on through the spool, read to this session. */
    void drainTo(Recipient recipient) {
        Drain begun = drain(recipient);
        all.workers.execute(() -> drainer.start(begun));
    }

    private Drain drain(Recipient recipient) {
        state = Owner.State.DRAINING;
        drain = new Drain(presence(recipient), all.ids.last());
        return drain;
    }

    /** There are rows that whoever is there has to be handed before any others. */
    void readFromTheOldest() {
        if (drain != null) {
            drain.fromTheOldest();
        } else if (state == Owner.State.LIVE) {
            drainTo(first());
        }
    }

    /** A session that dealt with what waits by hand has ended. */
    void letGo(Recipient asker) {
        if (hold.ended(asker)) {
            readFromTheOldest();
        }
    }

    /** Rows come back into the store; nothing is read until they are there. */
    void expectBack(List<StoredMessage> rows) {
        if (rows.isEmpty()) {
            return;
        }
        returning++;
        if (state == Owner.State.LIVE) {
            drainTo(first());
        }
    }

    boolean isExpectingRows() {
        return returning > 0;
    }

    /** They are there. */
    void cameBack() {
        returning--;
        overtaken |= appends.areInFlight() || !held.isEmpty();
        if (drain != null) {
            drain.fromTheOldest();
        }
    }

    /** No message is on its way into the store any more. */
    void settled() {
        if (overtaken) {
            overtaken = false;
            readFromTheOldest();
        }
    }

    /** From DRAINING to HANDOVER. */
    void handOver() {
        state = Owner.State.HANDOVER;
        int epoch = ++handovers;
        all.workers.after(HANDOVER_PATIENCE, () -> tooLong(epoch));
    }

    /** Senders do not wait for a slow reader, nor for a slow store. Not under the lock. */
    private void tooLong(int epoch) {
        Drain current = decide(() -> {
            if (state != Owner.State.HANDOVER || handovers != epoch) {
                return null;
            }
            storeHeld();
            return drain;
        });
        if (current != null) {
            drainer.step(current);
        }
    }

    /** From HANDOVER back to DRAINING. */
    void storeHeld() {
        state = Owner.State.DRAINING;
        held.takeAll(this::enqueue);
        drain.again();
    }

    /** From HANDOVER to LIVE: what was held goes to the session now, and the rest straight from here on. */
    List<Append> goLive() {
        List<Append> taken = new ArrayList<>(held.size());
        held.takeWhile(a -> drain.to.offer(a.live()) && taken.add(a));
        if (held.isEmpty()) {
            state = Owner.State.LIVE;
            drain = null;
            copies.forgetRowsAbove(hold.floor());
            removals.forgetJustGone();
        } else {
            storeHeld();
        }
        return taken;
    }
}
