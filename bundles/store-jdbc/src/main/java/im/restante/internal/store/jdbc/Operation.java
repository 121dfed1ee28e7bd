package im.restante.internal.store.jdbc;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.ArchiveQuery;
import im.restante.store.ArchivedMessage;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.Owed;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.sql.SQLException;
import java.util.Collection;
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

    /** As it was set last. */
    final T result() {
        return result;
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
        /** What is kept in the archive with it; null: nothing. */
        final Copy copy;

        /** Where the transaction under way counts it; null if it does not. For the writer's thread. */
        Counters.OfPair ofPair;

        Counters.OfOwner ofOwner;

        public Append(StoredMessage message, Admission admission, Fence fence, Claim claim) {
            this(message, null, admission, fence, claim);
        }

        /** @param copy may be null */
        public Append(StoredMessage message, ArchivedMessage copy, Admission admission, Fence fence, Claim claim) {
            super(fence);
            if (copy != null && !copy.isCopyOf(message)) {
                throw new IllegalArgumentException(copy + " is no copy of " + message);
            }
            this.copy = copy == null ? null : Copy.of(copy);
            this.claim = claim;
            this.message = message;
            this.admission = admission;
            this.pair = new Pair(Key.of(message.owner()), Key.of(message.sender()));
        }

        /** Whether the transaction under way stores it, or has found it stored. */
        boolean isStored() {
            return result() instanceof Appended.Stored;
        }

        @Override
        boolean isWithdrawn() {
            return claim.isWithdrawn();
        }

        @Override
        void dismiss() {
            result(Appended.WITHDRAWN);
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

    /** A message for an archive, with the keys of its addresses. */
    record Copy(ArchivedMessage message, Key owner, Key peer) {
        static Copy of(ArchivedMessage message) {
            return new Copy(
                    message, Key.of(message.owner()), Key.of(message.peer().bare()));
        }
    }

    /** Keeps messages in archives. */
    public static final class Archiving extends Operation<Void> {
        final List<Copy> copies;

        public Archiving(List<ArchivedMessage> messages, Fence fence) {
            super(fence);
            this.copies = messages.stream().map(Copy::of).toList();
        }

        @Override
        long bytes() {
            return copies.stream()
                    .mapToLong(copy -> 256L + copy.message().sizeBytes())
                    .sum();
        }
    }

    /** Removes the first messages of an archive that match. Result: how many; fewer than {@link #MOST}: no more match. */
    public static final class Unarchiving extends Operation<Long> {
        /** Removed by one of these. */
        static final int MOST = 500;

        final Jid archive;
        final Key owner;
        final ArchiveQuery query;

        public Unarchiving(Jid archive, ArchiveQuery query, Fence fence) {
            super(fence);
            this.archive = archive;
            this.owner = Key.of(archive);
            this.query = query;
        }

        @Override
        long bytes() {
            return 128;
        }

        @Override
        int removals() {
            return MOST;
        }
    }

    /** Removes rows of what this partition owes. */
    public static Operation<Void> forget(OwedTable table, Collection<Long> numbers, Fence fence) {
        List<Long> all = List.copyOf(numbers);
        return new Change<>(
                fence, 24L * all.size(), all.size(), change -> change.owed().forget(table, all));
    }

    /** Keeps ids for this server. */
    public static Operation<Long> reserve(long upTo) {
        return new Change<>(Fence.HERE, 0, change -> change.reserve(upTo));
    }

    /** Any other change: statements that are run in the order of the batch, before the messages. */
    public static final class Change<T> extends Operation<T> {
        /** Statements inside the transaction of the batch. */
        @FunctionalInterface
        interface Work<T> {
            T run(Transaction transaction) throws SQLException;
        }

        final Work<T> work;
        private final long bytes;
        private final int removals;

        /** @param bytes that wait with it */
        Change(Fence fence, long bytes, Work<T> work) {
            this(fence, bytes, 0, work);
        }

        /** @param removals rows that it removes */
        Change(Fence fence, long bytes, int removals, Work<T> work) {
            super(fence);
            this.work = work;
            this.bytes = 256 + bytes;
            this.removals = removals;
        }

        void run(Transaction transaction) throws SQLException {
            result(work.run(transaction));
        }

        @Override
        long bytes() {
            return bytes;
        }

        @Override
        int removals() {
            return removals;
        }
    }
}
