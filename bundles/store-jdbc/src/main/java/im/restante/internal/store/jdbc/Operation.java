package im.restante.internal.store.jdbc;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One change that waits for the writer. It may be run several times, as when the batch around it fails; the last result counts.
 *
 * @param <T> what its caller gets
 */
public abstract sealed class Operation<T> {
    private final CompletableFuture<T> outcome = new CompletableFuture<>();
    private T result;

    /** What completes when it is durable. */
    public final CompletableFuture<T> outcome() {
        return outcome;
    }

    /** Set inside the transaction; nobody sees it before the commit. */
    final void result(T value) {
        result = value;
    }

    final void complete() {
        outcome.complete(result);
    }

    final void fail(StoreException e) {
        outcome.completeExceptionally(e);
    }

    /** Bytes it holds while it waits. */
    abstract long bytes();

    /** Rows it removes; they are bounded per transaction. */
    int removals() {
        return 0;
    }

    /** Stores one message and counts it. */
    public static final class Append extends Operation<Appended> {
        final StoredMessage message;
        final Admission admission;
        final Pair pair;

        public Append(StoredMessage message, Admission admission) {
            this.message = message;
            this.admission = admission;
            this.pair = new Pair(Key.of(message.owner()), Key.of(message.sender()));
        }

        @Override
        long bytes() {
            return 256 + message.sizeBytes();
        }
    }

    /** Stores messages whatever the limits say, as one part of bulk work. */
    public static final class Appends extends Operation<Void> {
        final List<Append> each;

        public Appends(List<StoredMessage> messages) {
            this.each = messages.stream()
                    .map(message -> new Append(message, Admission.UNLIMITED))
                    .toList();
        }

        @Override
        long bytes() {
            return each.stream().mapToLong(Append::bytes).sum();
        }
    }

    /** Removes rows of one owner. */
    public static final class Removal extends Operation<Void> {
        final Key owner;
        final List<Long> ids;

        public Removal(Jid owner, List<Long> ids) {
            this.owner = Key.of(owner);
            this.ids = ids;
        }

        @Override
        long bytes() {
            return 128 + 24L * ids.size();
        }

        @Override
        int removals() {
            return ids.size();
        }
    }

    /** Removes one row and, if it was there, stores others. */
    public static final class Replacement extends Operation<Boolean> {
        final Key owner;
        final long id;
        final List<Append> successors;

        public Replacement(Jid owner, long id, List<StoredMessage> successors) {
            this.owner = Key.of(owner);
            this.id = id;
            this.successors = successors.stream()
                    .map(message -> new Append(message, Admission.UNLIMITED))
                    .toList();
        }

        @Override
        long bytes() {
            return 128 + successors.stream().mapToLong(Append::bytes).sum();
        }

        @Override
        int removals() {
            return 1;
        }
    }

    /** Moves a row that cannot be read into quarantine, out of its neighbours' way. */
    static final class SetAside extends Operation<Void> {
        final Key owner;
        final long id;
        final String reason;

        SetAside(Key owner, long id, String reason) {
            this.owner = owner;
            this.id = id;
            this.reason = reason;
        }

        @Override
        long bytes() {
            return 256;
        }
    }

    /** A change of users or their values. */
    public static final class UserChange extends Operation<Boolean> {
        /** Statements inside the transaction of the batch. */
        @FunctionalInterface
        interface Work {
            boolean run(Session session) throws SQLException;
        }

        final Work work;
        private final long bytes;

        UserChange(Work work, long bytes) {
            this.work = work;
            this.bytes = 256 + bytes;
        }

        @Override
        long bytes() {
            return bytes;
        }
    }
}
