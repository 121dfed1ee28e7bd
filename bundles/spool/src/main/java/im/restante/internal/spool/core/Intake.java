package im.restante.internal.spool.core;

import static im.restante.spool.OwnerSpool.State.AWAY;
import static im.restante.spool.OwnerSpool.State.DRAINING;
import static im.restante.spool.OwnerSpool.State.HANDOVER;
import static im.restante.spool.OwnerSpool.State.LIVE;

import im.restante.delivery.Verdict;
import im.restante.spool.AmpPlan;
import im.restante.spool.Envelope;
import im.restante.spool.Recipient;
import im.restante.stanza.StanzaError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The way in: to the sessions of one owner, or into the spool. */
final class Intake {
    private static final Verdict DELIVERED = new Verdict.Delivered(1);
    private static final Verdict SPILL_LIMIT = new Verdict.Refused(
            "spill-limit",
            StanzaError.of(
                            StanzaError.Condition.RESOURCE_CONSTRAINT,
                            "The recipient is slow and too many messages wait already")
                    .later());
    private static final Verdict TOO_LATE = new Verdict.Failed(
            "store-timeout",
            StanzaError.of(StanzaError.Condition.RESOURCE_CONSTRAINT, "The message could not be stored in time")
                    .later());

    static final Verdict ACCOUNT_GONE =
            new Verdict.Refused("the account is gone", StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE));

    private final OwnerCore core;

    /** Those in flight that are subject to a limit of their pair. */
    private final Set<Incoming> limited = new HashSet<>(0);

    Intake(OwnerCore core) {
        this.core = core;
    }

    /** Whether the store may evict a row for a message that is on its way. */
    boolean mayEvict() {
        return !limited.isEmpty();
    }

    void arrived(Incoming message) {
        if (core.state == LIVE && core.settings().journal()) {
            core.drainTo(core.first());
        }
        if (message.only() != null) {
            toOne(message);
        } else if (core.state == AWAY) {
            message.toStore(false);
            store(message);
        } else {
            toAll(message);
        }
    }

    private void toOne(Incoming message) {
        boolean served = core.drain != null && core.drain.to.session == message.only();
        boolean direct = !served || core.isCaughtUp();
        if (direct && !message.envelope().mayGoDirectly()) {
            core.conclude(message, AmpPlan.RULED_OUT);
        } else if (!served) {
            core.emit(new Effect.Offer(message, List.of(message.only())));
        } else {
            message.toStore(direct);
            store(message);
        }
    }

    private void toAll(Incoming message) {
        boolean live = core.state == LIVE;
        message.journalled = !live && core.isCaughtUp();
        boolean direct = live || message.journalled;
        if (direct && !message.envelope().mayGoDirectly()) {
            core.conclude(message, AmpPlan.RULED_OUT);
            return;
        }
        if (!direct && !message.envelope().mayBeStored()) {
            message.toStore(false);
            store(message);
            return;
        }
        List<Recipient> to = new ArrayList<>(core.present.size());
        for (int i = 0; i < core.present.size(); i++) {
            Recipient session = core.present.get(i).session;
            if (core.drain == null || core.drain.to.session != session) {
                to.add(session);
            }
        }
        if (to.isEmpty()) {
            offered(message, List.of(), null);
        } else {
            core.emit(new Effect.Offer(message, to));
        }
    }

    /** Nothing else has happened since {@link Effect.Offer}. */
    void offered(Incoming message, List<Recipient> took, Recipient refused) {
        boolean live = core.state == LIVE;
        boolean mayBeDone = live || message.only() != null;
        if (mayBeDone && refused == null) {
            core.conclude(message, took.size() == 1 ? DELIVERED : new Verdict.Delivered(took.size()));
            return;
        }
        if (live) {
            core.drainTo(core.stay(refused) != null ? refused : core.first());
        }
        message.has = took;
        message.refused = refused != null;
        message.toStore(message.journalled || live && !took.isEmpty());
        store(message);
    }

    /** Behind everything that waits: into the store, or into memory during HANDOVER. */
    private void store(Incoming message) {
        if (!message.has.isEmpty()) {
            core.copies.offered(message.id(), message.has);
        }
        if (core.state == HANDOVER && !message.rehearsal() && core.buffer.add(message)) {
            return;
        }
        if (core.state == HANDOVER) {
            core.storeBuffered();
        }
        if (core.state == DRAINING) {
            spill(message);
        } else {
            enqueue(message);
        }
    }

    /** Behind a drain, where there is a limit. */
    void spill(Incoming message) {
        if (core.drain.spilled.size() >= core.settings().spillLimit()) {
            core.conclude(message, concluded(message, SPILL_LIMIT));
        } else {
            enqueue(message);
        }
    }

    void enqueue(Incoming message) {
        message.unlimited = core.state != AWAY;
        if (!message.unlimited) {
            limited.add(message);
        }
        if (core.drain != null) {
            core.drain.added(message);
        }
        core.inFlight.put(message.envelope(), message);
        core.emit(new Effect.Store(message));
    }

    void storeAnswered(Incoming message, Verdict verdict) {
        if (!leaves(message)) {
            return; // it was withdrawn
        }
        message.committed = verdict instanceof Verdict.Stored;
        if (core.drain != null && message.committed) {
            core.drain.spilled.committed(message.id(), core.drain.read.number());
        } else if (core.drain != null) {
            core.drain.spilled.remove(message.id());
        }
        if (!message.committed) {
            requeueIfNobodyHasIt(message);
        }
        if (message.committed && message.proved) { // an append that was made again may have brought the row back
            core.removals.gather(List.of(message.id()));
            core.removals.pump(core);
        }
        core.conclude(message, concluded(message, verdict));
        core.settled();
    }

    /** It was delivered at its deadline, and whoever had it has given it back since: no row was to take it, and one must. */
    private void requeueIfNobodyHasIt(Incoming message) {
        if (message.concluded && message.has.isEmpty() && !core.isDiscarding()) {
            core.requeues.requeue(message);
        }
    }

    /** Final, unless a transaction with it has begun: then that decides. */
    void deadlinePassed(Envelope envelope) {
        Incoming buffered = core.buffer.remove(envelope);
        if (buffered != null) {
            core.conclude(buffered, concluded(buffered, TOO_LATE));
            return;
        }
        Incoming message = core.inFlight.get(envelope);
        if (message != null) {
            if (!message.has.isEmpty()) { // delivered, whatever becomes of the row
                core.conclude(message, new Verdict.Delivered(message.has.size()));
            }
            core.emit(new Effect.Withdraw(message));
        }
    }

    void withdrawn(Incoming message) {
        if (!leaves(message)) {
            return; // the store had answered
        }
        if (core.drain != null) {
            core.drain.spilled.remove(message.id());
        }
        requeueIfNobodyHasIt(message);
        core.conclude(message, concluded(message, core.isDiscarding() ? ACCOUNT_GONE : TOO_LATE));
        core.settled();
    }

    /** The store has answered, its sender knows, and nothing else came of it. */
    void lost(Incoming message) {
        message.concluded = true;
        leaves(message);
        core.settled();
    }

    private boolean leaves(Incoming message) {
        limited.remove(message);
        message.decided = true;
        return core.inFlight.remove(message.envelope()) != null;
    }

    /** A message that a session has is delivered, whatever became of the copy for another. */
    private Verdict concluded(Incoming message, Verdict outcome) {
        if (message.has.isEmpty() || outcome instanceof Verdict.Stored) {
            return outcome;
        }
        core.copies.areAll(message.id(), message.has);
        return new Verdict.Delivered(message.has.size());
    }
}
