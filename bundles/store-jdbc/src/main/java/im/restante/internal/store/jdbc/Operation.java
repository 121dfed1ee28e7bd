package im.restante.internal.store.jdbc;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.Owed;
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
    private final Fence fence;
    private T result;

    private Operation(Fence fence) {
        this.fence = fence;
    }

    /** What must be in force for it to be done. */
    final Fence fence() {
        return fence;
    }

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

    /** Whether it must not be done any more, since its caller has withdrawn it. */
    boolean isWithdrawn() {
        return false;
    }

    /** Ends one that {@link #isWithdrawn()}. */
    void dismiss() {
        throw new IllegalStateException("nothing else can be withdrawn");
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
        final Claim claim;
        final Pair pair;

        /** Where the transaction under way counts it; null if it does not. For the writer's thread. */
        Counters.OfPair ofPair;

        Counters.OfOwner ofOwner;

        public Append(StoredMessage message, Admission admission, Fence fence, Claim claim) {
            super(fence);
            this.claim = claim;
            this.message = message;
            this.admission = admission;
            this.pair = new Pair(Key.of(message.owner()), Key.of(message.sender()));
        }

        @Override
        boolean isWithdrawn() {
            return claim.isWithdrawn();
        }

        @Override
        void dismiss() {
            result(new Appended.Withdrawn());
            complete();
        }

        @Override
        long bytes() {
            return 256 + message.sizeBytes();
        }
    }

    private static List<Append> unlimited(List<StoredMessage> messages, Fence fence) {
        return messages.stream()
                .map(message -> new Append(message, Admission.UNLIMITED, fence, Claim.NEVER_WITHDRAWN))
                .toList();
    }

    private static long bytesOf(List<Append> appends) {
        return appends.stream().mapToLong(Append::bytes).sum();
    }

    /** Stores messages whatever the limits say, as one part of bulk work. */
    public static final class Appends extends Operation<Void> {
        final List<Append> each;

        public Appends(List<StoredMessage> messages, Fence fence) {
            super(fence);
            this.each = unlimited(messages, fence);
        }

        @Override
        long bytes() {
            return bytesOf(each);
        }
    }

    /** Removes rows of one owner. */
    public static final class Removal extends Operation<Void> {
        final Key owner;
        final List<Long> ids;

        public Removal(Jid owner, List<Long> ids, Fence fence) {
            super(fence);
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

    /** Removes one row and, if it was there, stores others of its owner and notes what is owed. */
    public static final class Replacement extends Operation<Boolean> {
        final Key owner;
        final long id;
        final List<Append> successors;
        final List<Append> owed;

        public Replacement(Jid owner, long id, List<StoredMessage> successors, List<StoredMessage> owed, Fence fence) {
            super(fence);
            if (successors.stream().anyMatch(message -> !message.owner().equals(owner))) {
                throw new IllegalArgumentException("a successor of a message of " + owner + " is another owner's");
            }
            this.owner = Key.of(owner);
            this.id = id;
            this.successors = unlimited(successors, fence);
            this.owed = unlimited(owed, fence);
        }

        @Override
        long bytes() {
            return 128 + bytesOf(successors) + bytesOf(owed);
        }

        @Override
        int removals() {
            return 1;
        }
    }

    /** Stores what a partition owes, unless that was decided before. */
    public static final class TakeOwed extends Operation<Void> {
        final int from;
        final List<Long> numbers;
        final List<Append> each;

        public TakeOwed(int from, List<Owed> rows, Fence fence) {
            super(fence);
            this.from = from;
            this.numbers = rows.stream().map(Owed::number).toList();
            this.each = unlimited(rows.stream().map(Owed::message).toList(), fence);
        }

        @Override
        long bytes() {
            return 128 + bytesOf(each);
        }
    }

    /** Removes rows of what this partition owes. */
    public static final class ForgetOwed extends Operation<Void> {
        final OwedTable table;
        final List<Long> numbers;

        public ForgetOwed(OwedTable table, List<Long> numbers, Fence fence) {
            super(fence);
            this.table = table;
            this.numbers = numbers;
        }

        @Override
        long bytes() {
            return 128 + 24L * numbers.size();
        }

        @Override
        int removals() {
            return numbers.size();
        }
    }

    /** Moves a row of what is owed that cannot be read into quarantine. */
    static final class SetAsideOwed extends Operation<Void> {
        final OwedTable table;
        final long number;
        final String reason;

        SetAsideOwed(OwedTable table, long number, String reason) {
            super(Fence.HERE);
            this.table = table;
            this.number = number;
            this.reason = reason;
        }

        @Override
        long bytes() {
            return 256;
        }
    }

    /** Moves a row that cannot be read into quarantine, out of its neighbours' way. */
    static final class SetAside extends Operation<Void> {
        final Key owner;
        final long id;
        final String reason;

        SetAside(Key owner, long id, String reason) {
            super(Fence.HERE);
            this.owner = owner;
            this.id = id;
            this.reason = reason;
        }

        @Override
        long bytes() {
            return 256;
        }
    }

    /** Keeps ids for this server. */
    public static final class Reservation extends Operation<Long> {
        final long upTo;

        public Reservation(long upTo) {
            super(Fence.HERE);
            this.upTo = upTo;
        }

        @Override
        long bytes() {
            return 128;
        }
    }

    /** A change of users or their values. */
    public static final class UserChange extends Operation<Boolean> {
        /** Statements inside the transaction of the batch. */
        @FunctionalInterface
        interface Work {
            boolean run(SqlSession session, NoteRows notes) throws SQLException;
        }

        final Work work;
        private final long bytes;

        UserChange(Fence fence, Work work, long bytes) {
            super(fence);
            this.work = work;
            this.bytes = 256 + bytes;
        }

        @Override
        long bytes() {
            return bytes;
        }
    }
}
