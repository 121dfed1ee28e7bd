package im.restante.internal.spool.core;

import im.restante.delivery.Verdict;
import im.restante.session.Outbound;
import im.restante.spool.Envelope;
import im.restante.spool.Recipient;
import im.restante.store.StoredMessage;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Something that happened to an owner's spool: a message came, a session came or went, an effect has ended. Handled one at a time,
 * in the order in which they happened.
 */
public sealed interface Event {
    /** Changes the core. Called by {@link OwnerCore#next} only. */
    void applyTo(OwnerCore core);

    // ---- messages

    /** A message has its arrival id and goes to the owner's sessions, to one of them, or into the spool. */
    record Arrived(Incoming message) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.intake.arrived(message);
        }
    }

    /**
     * Answer to {@link Effect.Offer}.
     *
     * @param took    sessions that queued the message
     * @param refused the first one that did not; null for none
     */
    record Offered(Incoming message, List<Recipient> took, Recipient refused) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.intake.offered(message, took, refused);
        }
    }

    /** Answer to {@link Effect.OfferBuffered}: the session queued the first {@code count} messages, in their order. */
    record BufferOffered(int count) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.reader.bufferOffered(count);
        }
    }

    /** Answer to {@link Effect.Store}. */
    record StoreAnswered(Incoming message, Verdict verdict) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.intake.storeAnswered(message, verdict);
        }
    }

    /** The deadline for the verdict of a message has passed. */
    record DeadlinePassed(Envelope envelope) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.intake.deadlinePassed(envelope);
        }
    }

    /** Answer to {@link Effect.Withdraw}, if it came in time: the store will never write the message. */
    record Withdrawn(Incoming message) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.intake.withdrawn(message);
        }
    }

    // ---- sessions

    /** A session has a priority of 0 or more. */
    record Available(Recipient session) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.available(session);
        }
    }

    /** A session has the answers to all it asked before its presence: stored messages may follow them. */
    record Ready(Recipient session) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.ready(session);
        }
    }

    /** A session is unavailable or has a negative priority. */
    record Unavailable(Recipient session) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.withdraw(session);
        }
    }

    /**
     * A session has ended, or was cut and may come back.
     *
     * @param unsent    storable live messages it was offered and had not acknowledged, oldest first
     * @param forGood   whether it cannot come back
     * @param elsewhere given those of {@code unsent} that are not requeued, since another session of the owner was offered them
     * @param durable   completes when the others are durable
     */
    record Left(
            Recipient session,
            List<Outbound> unsent,
            boolean forGood,
            CompletableFuture<List<Outbound>> elsewhere,
            CompletableFuture<Void> durable)
            implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.requeues.left(this);
        }
    }

    /** A session that was cut has come back, and says that it has these messages. */
    record Received(Recipient session, Collection<Long> ids) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.received(session, ids);
        }
    }

    /** A session deals by hand with what waits (XEP-0013). */
    record HoldBegan(Recipient session) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.hold.asks(session);
        }
    }

    /** A session that dealt with it by hand has ended. */
    record HoldEnded(Recipient session) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.holdEnded(session);
        }
    }

    // ---- reading, sending, removing

    /**
     * Answer to {@link Effect.Read}.
     *
     * @param rows   what the store has, oldest first
     * @param hidden senders among them whom the owner blocks
     */
    record PageRead(Effect.Read read, List<StoredMessage> rows, Set<im.restante.jid.Jid> hidden) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.reader.pageRead(read, rows, hidden);
        }
    }

    /** {@link Effect.Read} failed. */
    record ReadFailed(Effect.Read read) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.reader.readFailed(read);
        }
    }

    /** It is time to read again after a failure. */
    record ReadAgain(long drain) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.reader.readAgain(drain);
        }
    }

    /** A session has acknowledged rows of a batch. */
    record Acknowledged(Effect.Send batch, Collection<Long> ids) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.acknowledged(batch, ids);
        }
    }

    /** Nothing more will be heard of a batch; {@code whole}: all of it is acknowledged. */
    record BatchEnded(Effect.Send batch, boolean whole) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.batchEnded(batch, whole);
        }
    }

    /** {@link Effect.Remove} has ended. */
    record RemoveAnswered(boolean done) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.removeAnswered(done);
        }
    }

    /** It is time to remove again after a failure. */
    record RemoveAgain() implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.removals.again();
            core.removals.pump(core);
        }
    }

    /** The owner removes messages by hand. {@code request} is the caller's, and comes back with the answer. */
    record RemovedByHand(Effect.RemoveByHand request) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.removeByHand(request);
        }
    }

    /** An administrator removes messages, but none that is on its way to a session. {@code request} is the caller's, as above. */
    record Purged(Effect.RemoveByHand request) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.purge(request);
        }
    }

    /** {@link Effect.RemoveByHand} has ended. */
    record ByHandAnswered(Effect.RemoveByHand request, boolean done) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.byHandAnswered(request, done);
        }
    }

    // ---- requeueing

    /**
     * Answer to {@link Effect.Requeue}.
     *
     * @param taken   ids that are durable
     * @param whole   whether these are all
     * @param mayWait whether there is room in memory for the others until the store takes them
     */
    record Requeued(long requeue, Set<Long> taken, boolean whole, boolean mayWait) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.requeues.answered(this);
        }
    }

    /** It is time to offer the store again what came back. */
    record RequeueAgain(long requeue) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.requeues.again(requeue);
        }
    }

    /** Later messages have waited long enough for what came back. */
    record RequeueTooLong(long requeue) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.requeues.tooLong(requeue);
        }
    }

    // ---- the rest

    /** The account is being removed. {@code done} completes when nothing accepted before can reach a store any more. */
    record Discarded(CompletableFuture<Void> done) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.discard(done);
        }
    }

    /** HANDOVER has lasted long enough. */
    record HandoverTooLong(long handover) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.handoverTooLong(handover);
        }
    }

    /** Messages for the owner were stored by somebody else, or a store came. */
    record RowsCame() implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.readFromTheOldest();
        }
    }

    /** The settings have changed, or nothing: whatever can be done next is done. */
    record Reconsider() implements Event {
        @Override
        public void applyTo(OwnerCore core) {}
    }

    /** The core failed at an event, which is lost: whatever stands still for want of it begins anew. */
    record Broken(Event lost) implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.broken(lost);
        }
    }

    /** Somebody needs this core to be kept; ends with {@link Unpinned}. */
    record Pinned() implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.pins++;
        }
    }

    /** The counterpart of {@link Pinned}. */
    record Unpinned() implements Event {
        @Override
        public void applyTo(OwnerCore core) {
            core.pins--;
        }
    }
}
