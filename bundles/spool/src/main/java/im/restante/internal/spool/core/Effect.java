package im.restante.internal.spool.core;

import im.restante.delivery.Verdict;
import im.restante.message.Disposition;
import im.restante.session.Outbound;
import im.restante.spool.Recipient;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Something that the core wants done outside. The effects of one owner are begun in their order, each after the one before. */
public sealed interface Effect {
    /** Offer a live message to sessions; answered at once by {@link Event.Offered}. */
    record Offer(Incoming message, List<Recipient> to) implements Effect {}

    /** Offer a session what waited in the handover buffer, until it refuses one; answered at once by {@link Event.BufferOffered}. */
    record OfferBuffered(Recipient to, List<Incoming> messages) implements Effect {}

    /** Offer the store a message; answered by {@link Event.StoreAnswered}. */
    record Store(Incoming message) implements Effect {}

    /** Withdraw a message unless the store has begun to write it; answered at once by {@link Event.Withdrawn} if that was in time. */
    record Withdraw(Incoming message) implements Effect {}

    /** Tell a message's sender what became of it. */
    record Conclude(Incoming message, Verdict verdict) implements Effect {}

    /** Read a page; answered by {@link Event.PageRead} or {@link Event.ReadFailed}. {@code number} grows. */
    record Read(long number, long after, int rows, long bytes) implements Effect {}

    /** Read again, when a store may be able to: {@link Event.ReadAgain}. */
    record ReadLater(long drain) implements Effect {}

    /** Hand a batch of rows to a session; answered by {@link Event.Acknowledged}, then {@link Event.BatchEnded}. */
    record Send(long number, Recipient to, List<StoredMessage> rows) implements Effect {}

    /** Remove rows; answered by {@link Event.RemoveAnswered}. One at a time. */
    record Remove(List<Long> ids) implements Effect {}

    /** Remove again, when a store may be able to: {@link Event.RemoveAgain}. */
    record RemoveLater(int rows) implements Effect {}

    /** Remove rows that somebody named; answered by {@link Event.ByHandAnswered}. Compared by identity. */
    final class RemoveByHand implements Effect {
        private final List<Long> ids;
        private final CompletableFuture<List<Long>> done;

        public RemoveByHand(List<Long> ids) {
            this(ids, new CompletableFuture<>());
        }

        RemoveByHand(List<Long> ids, CompletableFuture<List<Long>> done) {
            this.ids = List.copyOf(ids);
            this.done = done;
        }

        public List<Long> ids() {
            return ids;
        }

        /** Completes for whoever asked, with those that were removed for him and not for another reason. */
        public CompletableFuture<List<Long>> done() {
            return done;
        }
    }

    /** Offer the store rows that came back from a session; answered by {@link Event.Requeued}. */
    record Requeue(long number, List<StoredMessage> rows) implements Effect {}

    /** Offer them again, when a store may be able to take them: {@link Event.RequeueAgain}. */
    record RequeueLater(long number) implements Effect {}

    /** Nothing of a requeue that failed once waits in memory any more. */
    record RequeueEnded(long number) implements Effect {}

    /** {@code event} happens after {@code delay}. */
    record After(Duration delay, Event event) implements Effect {}

    /** Something became of messages, for those who ask why. {@code how}: a few words. */
    record Tell(List<Long> ids, Disposition disposition, String how) implements Effect {}

    /** Rows came back from a session and are lost, since the store fails and there is no room for them. */
    record Lost(List<StoredMessage> rows) implements Effect {}

    /** Completes {@link Event.Left#elsewhere}. */
    record Answer(CompletableFuture<List<Outbound>> to, List<Outbound> elsewhere) implements Effect {}

    /** Completes a stage that somebody waits for; exceptionally with {@code problem} unless it is null. */
    record Complete(CompletableFuture<Void> stage, String problem) implements Effect {}
}
