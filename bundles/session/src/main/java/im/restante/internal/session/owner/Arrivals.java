package im.restante.internal.session.owner;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.delivery.Verdict;
import im.restante.session.Arrival;
import im.restante.session.Outbound;
import im.restante.stanza.StanzaError;
import im.restante.store.MessageKind;
import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The way in: to the sessions of one owner, or into the spool. */
final class Arrivals {
    private static final CompletableFuture<Verdict> DELIVERED = completedFuture(new Verdict.Delivered(1));
    private static final CompletableFuture<Verdict> RULED_OUT = completedFuture(Way.RULED_OUT);
    private static final Verdict SPILL_LIMIT = new Verdict.Refused(
            "spill-limit",
            StanzaError.of(
                            StanzaError.Condition.RESOURCE_CONSTRAINT,
                            "The recipient is slow and too many messages wait already")
                    .later());

    private final Spool spool;
    private final Owners all;

    Arrivals(Spool spool, Owners all) {
        this.spool = spool;
        this.all = all;
    }

    /** What was decided about the message that got this id. */
    private record Placed(long id, CompletionStage<Verdict> verdict) {}

    /** Null if this state was given up. */
    CompletionStage<Verdict> deliver(Parcel parcel, Recipient only) {
        Placed placed = spool.decide(() -> spool.isRetired() ? null : place(parcel, only));
        if (placed == null) {
            return null;
        }
        CompletableFuture<Verdict> outcome = placed.verdict().toCompletableFuture();
        if (outcome.isDone()) {
            witnessed(parcel, placed.id(), outcome.join());
        } else {
            outcome.thenAccept(last -> witnessed(parcel, placed.id(), last));
        }
        return outcome;
    }

    private void witnessed(Parcel parcel, long id, Verdict verdict) {
        Verdict last = parcel.way() == null ? verdict : parcel.way().inTheEnd(verdict);
        all.witness().verdict(spool.jid, parcel.sender(), parcel.message().id(), id, last);
    }

    /** A message of the server's own as a row; null if this state was given up. */
    StoredMessage notice(Parcel parcel) {
        return spool.decide(() -> {
            if (spool.isRetired()) {
                return null;
            }
            Arrival arrival = spool.arrival(parcel);
            return append(parcel, arrival, spool.stanzaId(arrival), false).delayed(MessageKind.NOTICE);
        });
    }

    // ---- under the lock

    private Placed place(Parcel parcel, Recipient only) {
        Arrival arrival = spool.arrival(parcel);
        byte[] stanzaId = spool.stanzaId(arrival);
        if (spool.state() == Owner.State.LIVE && all.settings().journal()) {
            spool.drainTo(spool.first());
        }
        CompletionStage<Verdict> verdict;
        if (only != null) {
            verdict = toOne(parcel, arrival, stanzaId, only);
        } else if (spool.state() == Owner.State.AWAY) {
            verdict = store(append(parcel, arrival, stanzaId, false));
        } else {
            verdict = toAll(parcel, arrival, stanzaId);
        }
        return new Placed(arrival.id(), verdict);
    }

    /** @param live whether its rules have decided already, for a message that is handed over at once */
    private Append append(Parcel parcel, Arrival arrival, byte[] stanzaId, boolean live) {
        return new Append(parcel, arrival, stanzaId, all.domain, live, !live && !parcel.mayBeStored());
    }

    private CompletionStage<Verdict> toOne(Parcel parcel, Arrival arrival, byte[] stanzaId, Recipient to) {
        boolean draining = spool.drain() != null && spool.drain().to == to;
        boolean direct = !draining || spool.isCaughtUp();
        if (direct && !parcel.mayGoDirectly()) {
            return RULED_OUT;
        }
        if (!draining && to.offer(new Outbound(Tail.with(parcel.xml(), stanzaId), arrival))) {
            return DELIVERED;
        }
        if (spool.state() == Owner.State.LIVE) {
            spool.drainTo(spool.isPresent(to) ? to : spool.first());
        }
        return store(append(parcel, arrival, stanzaId, draining && direct));
    }

    private CompletionStage<Verdict> toAll(Parcel parcel, Arrival arrival, byte[] stanzaId) {
        boolean live = spool.state() == Owner.State.LIVE;
        boolean journalled = !live && spool.isCaughtUp();
        if ((live || journalled) && !parcel.mayGoDirectly()) {
            return RULED_OUT;
        }
        if (!live && !journalled && !parcel.mayBeStored()) {
            return store(append(parcel, arrival, stanzaId, false));
        }
        Outbound copy = new Outbound(Tail.with(parcel.xml(), stanzaId), arrival);
        Drain drain = spool.drain();
        List<Spool.Present> present = spool.present;
        List<Recipient> has = drain == null && present.size() == 1 ? null : new ArrayList<>(present.size());
        Recipient refused = null;
        for (int i = 0; i < present.size(); i++) {
            Recipient to = present.get(i).recipient();
            if (drain != null && drain.to == to) {
                continue;
            }
            if (!to.offer(copy)) {
                refused = refused == null ? to : refused;
            } else if (has != null) {
                has.add(to);
            }
        }
        if (live && refused == null) {
            return has == null || has.size() == 1 ? DELIVERED : completedFuture(new Verdict.Delivered(has.size()));
        }
        if (live) {
            spool.drainTo(refused);
        }
        boolean nobodyHas = has == null || has.isEmpty();
        Append append = append(parcel, arrival, stanzaId, journalled || live && !nobodyHas);
        append.has = nobodyHas ? List.of() : has;
        return store(append);
    }

    /** Behind everything that waits: into the store, or into memory during HANDOVER. */
    private CompletionStage<Verdict> store(Append append) {
        if (!append.has.isEmpty()) {
            spool.copies.offered(append.id(), append.has);
        }
        if (spool.state() == Owner.State.HANDOVER && !append.rehearsal && spool.held.add(append)) {
            return append.verdict;
        }
        if (spool.state() == Owner.State.HANDOVER) {
            spool.storeHeld();
        }
        if (spool.state() == Owner.State.DRAINING
                && spool.drain().spilled >= all.settings().spillLimit()) {
            return completedFuture(spool.concluded(append, SPILL_LIMIT));
        }
        spool.enqueue(append);
        return append.verdict;
    }
}
