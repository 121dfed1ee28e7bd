package im.restante.internal.spool.core;

import im.restante.message.Disposition;
import im.restante.session.Arrival;
import im.restante.session.Outbound;
import im.restante.store.MessageKind;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Live messages that a session was offered and had not acknowledged when it ended: they go back into the store. */
final class Requeues {
    /** How long a drain waits for rows that the store does not take, so that order holds. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final OwnerCore core;
    private final Map<Long, Requeue> open = new HashMap<>(0);

    /** Those of {@link #open} that drains wait for. */
    private final Set<Long> awaited = new HashSet<>(0);

    Requeues(OwnerCore core) {
        this.core = core;
    }

    private static final class Requeue {
        final long number;
        final CompletableFuture<Void> durable;
        List<StoredMessage> rows;

        /** Removals of the same rows that must be over before. */
        final Set<Long> removals;

        boolean failed;

        /** The store has been offered them and has not answered. */
        boolean asked;

        /** Nobody wants them any more. */
        boolean discarded;

        Requeue(long number, List<StoredMessage> rows, Set<Long> removals, CompletableFuture<Void> durable) {
            this.number = number;
            this.rows = rows;
            this.removals = new HashSet<>(removals);
            this.durable = durable;
        }
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    int size() {
        return open.size();
    }

    /** Whether rows come back that a drain has to wait for. */
    boolean areAwaited() {
        return !awaited.isEmpty();
    }

    void left(Event.Left event) {
        if (core.leased.releaseAll(event.session())) {
            core.readFromTheOldest();
        }
        if (!event.forGood() && core.stay(event.session()) != null) {
            core.hold.suspended(event.session());
        }
        core.withdraw(event.session());
        if (event.forGood()) {
            core.holdEnded(event.session());
        }
        List<Outbound> elsewhere = new ArrayList<>(0);
        List<StoredMessage> rows = toRequeue(event, elsewhere);
        if (event.forGood()) {
            core.copies.forget(event.session());
        }
        core.emit(new Effect.Answer(event.elsewhere(), elsewhere));
        if (rows.isEmpty()) {
            core.emit(new Effect.Complete(event.durable(), null));
            return;
        }
        begin(rows, event.durable());
    }

    /** A message that counts as delivered, and that nobody has any more. */
    void requeue(Incoming message) {
        begin(List.of(message.delayed(MessageKind.RETURNED)), new CompletableFuture<>());
    }

    private void begin(List<StoredMessage> rows, CompletableFuture<Void> durable) {
        Requeue requeue = new Requeue(core.number(), rows, core.removals.keep(ids(rows)), durable);
        open.put(requeue.number, requeue);
        awaited.add(requeue.number);
        core.readFromTheOldest(); // LIVE ends, and a page that was read before them is of no use
        askUnlessRemoved(requeue);
    }

    private void askUnlessRemoved(Requeue requeue) {
        if (requeue.removals.isEmpty()) {
            ask(requeue);
        }
    }

    private void ask(Requeue requeue) {
        requeue.asked = true;
        core.emit(new Effect.Requeue(requeue.number, requeue.rows));
    }

    /** Whether a store may be taking any at this moment. */
    boolean areAsked() {
        return open.values().stream().anyMatch(requeue -> requeue.asked);
    }

    /** The account is being removed. */
    void discard() {
        for (Requeue requeue : List.copyOf(open.values())) {
            requeue.discarded = true;
            if (!requeue.asked) {
                end(requeue, null);
            }
        }
    }

    /** A message to the account was offered to every session that was present then; what nobody else has comes back. */
    private List<StoredMessage> toRequeue(Event.Left event, List<Outbound> elsewhere) {
        List<StoredMessage> rows = new ArrayList<>(event.unsent().size());
        for (Outbound stanza : event.unsent()) {
            Arrival arrival = stanza.arrival();
            boolean noRow = core.copies.givenBack(arrival.id(), event.session());
            if (!noRow && !arrival.exclusive() && isOfferedToSomebody(arrival.id())) {
                elsewhere.add(stanza);
            } else {
                byte[] xml = Tail.with(stanza.xml(), Tail.delay(arrival.receivedAt(), core.domain));
                rows.add(StoredMessage.of(arrival.id(), core.jid, arrival.sender(), arrival.receivedAt(), xml)
                        .withKind(MessageKind.RETURNED));
            }
        }
        return rows;
    }

    private boolean isOfferedToSomebody(long id) {
        for (int i = 0; i < core.present.size(); i++) {
            if (core.present.get(i).since < id) {
                return true;
            }
        }
        return false;
    }

    /** Removals have ended, this way or that. */
    void removalEnded(Collection<Long> ids) {
        for (Requeue requeue : List.copyOf(open.values())) {
            if (requeue.removals.removeAll(ids)) {
                core.removals.keep(ids(requeue.rows));
                askUnlessRemoved(requeue);
            }
        }
    }

    void answered(Event.Requeued answer) {
        Requeue requeue = open.get(answer.requeue());
        requeue.asked = false;
        if (requeue.discarded) {
            end(requeue, null);
            return;
        }
        List<Long> taken = ids(requeue.rows).stream()
                .filter(id -> answer.whole() || answer.taken().contains(id))
                .toList();
        requeue.rows =
                requeue.rows.stream().filter(row -> !taken.contains(row.id())).toList();
        if (!taken.isEmpty()) {
            core.emit(new Effect.Tell(taken, Disposition.RETURNED, "its session ended before it had it"));
        }
        if (requeue.rows.isEmpty()) {
            end(requeue, null);
        } else if (!answer.mayWait()) {
            core.emit(new Effect.Lost(requeue.rows));
            end(requeue, "the store failed, and too much waits for it");
        } else {
            if (!requeue.failed) {
                requeue.failed = true;
                core.emit(new Effect.After(PATIENCE, new Event.RequeueTooLong(requeue.number)));
            } else if (!taken.isEmpty() && !awaited.contains(requeue.number)) {
                core.cameBack();
            }
            core.emit(new Effect.RequeueLater(requeue.number));
        }
    }

    /** What the store answered is not known: it is offered the same rows again, later. */
    void lost(long number) {
        Requeue requeue = open.get(number);
        if (requeue != null) {
            requeue.asked = false;
            core.emit(new Effect.RequeueLater(number));
        }
    }

    private void end(Requeue requeue, String problem) {
        open.remove(requeue.number);
        awaited.remove(requeue.number);
        core.cameBack();
        if (requeue.failed) {
            core.emit(new Effect.RequeueEnded(requeue.number));
        }
        core.emit(new Effect.Complete(requeue.durable, problem));
        core.settled();
    }

    void again(long number) {
        Requeue requeue = open.get(number);
        if (requeue != null && !requeue.asked) {
            ask(requeue);
        }
    }

    void tooLong(long number) {
        if (awaited.remove(number)) {
            core.cameBack();
        }
    }

    private static List<Long> ids(List<StoredMessage> rows) {
        return rows.stream().map(StoredMessage::id).toList();
    }
}
