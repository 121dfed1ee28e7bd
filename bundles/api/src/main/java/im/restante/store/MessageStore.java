package im.restante.store;

import im.restante.jid.Jid;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Keeps messages until delivery is proved. A service with the property {@link #ID}; of several, {@code store} in
 * {@code im.restante.offline} or the highest {@code service.ranking} says which one takes new messages, and all are read.
 *
 * <p>Implementations are safe for concurrent use. No method blocks on the disk or the network: the stages complete on a thread
 * of the implementation, and callers do no work of their own on it. They complete exceptionally with {@link StoreException}, which
 * says whether anything may have been changed.
 *
 * <p>Every change carries the {@link Fence} of the owner it belongs to. If another epoch is in force than the one it names, nothing is
 * changed, and the stage completes with a {@link StoreException} that {@linkplain StoreException#isFenced() says so}.
 *
 * <p>Every implementation passes {@code MessageStoreContract}.
 */
@ConsumerType
public interface MessageStore {
    /** Service property naming the backend, e.g. {@code store.id=sqlite}. Required. */
    String ID = "store.id";

    /**
     * Stores {@code message} and counts it for its pair and for its owner, in one step; of concurrent appends exactly as many pass as
     * the limits leave room for. Appends of one caller become visible to {@link #page} in the order of the calls. Appending an id that is
     * present does nothing and answers {@link Appended.Stored}.
     *
     * <p>The store calls {@link Claim#begin()} directly before the first statement that would write the message, in the transaction
     * that writes it. If that is false it writes nothing and answers {@link Appended.Withdrawn}.
     *
     * <p>Completes when a crash afterwards would lose nothing; exceptionally if that is not certain.
     *
     * @param fence of the message's owner
     * @param claim {@link Claim#NEVER_WITHDRAWN} if the caller has no deadline
     */
    CompletionStage<Appended> append(StoredMessage message, Admission admission, Fence fence, Claim claim);

    /**
     * The archive that this store keeps beside its messages, so that a message and its copy are one commit; empty from a store that keeps
     * none. The same object as long as the store lives. Does not block. A store that throws, or answers null, counts as one that keeps none.
     */
    default Optional<MessageArchive> archive() {
        return Optional.empty();
    }

    /**
     * As {@link #append(StoredMessage, Admission, Fence, Claim)}, and keeps a copy of the message in {@link #archive()}, in the same step. If the
     * message is not stored, nor is the copy. For an id that is present the copy is kept if it is missing, also one that was removed
     * meanwhile; so repeating a call is harmless. A store may keep the bytes of the two once: removing one of them leaves
     * the other as it is.
     *
     * <p>Asked only of a store that has an archive.
     *
     * @param copy of {@code message}: with its id, its owner and its stanza
     * @throws IllegalArgumentException if {@code copy} is not that
     */
    default CompletionStage<Appended> append(
            StoredMessage message, ArchivedMessage copy, Admission admission, Fence fence, Claim claim) {
        return CompletableFuture.failedFuture(StoreException.nothingChanged("this store keeps no archive"));
    }

    /**
     * Stores messages that were accepted before, such as those of another store, whatever the limits say; they count. Known ids
     * do nothing. May let other changes go first. Completes when all are durable; exceptionally if that is not certain of all,
     * and then some may be there.
     *
     * @param fence of their owners, who are all of one partition
     */
    default CompletionStage<Void> appendAll(List<StoredMessage> messages, Fence fence) {
        return CompletableFuture.allOf(messages.stream()
                .map(message -> append(message, Admission.UNLIMITED, fence, Claim.NEVER_WITHDRAWN)
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    /**
     * What waits for {@code owner}, oldest first, with ids above {@code afterId}; never removes. At most {@code rows} messages
     * and {@code bytes} of stanzas, but at least one message if there is any. An empty list: nothing more waits. A row that
     * cannot be read is set aside and reported in the log; it never hides the others.
     */
    CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes);

    /**
     * Forgets messages of {@code owner}; the counters of their pairs and of the owner follow in the same step. Unknown ids are ignored, so
     * repeating a call is harmless. Of many ids, when it completes exceptionally, some may be gone.
     *
     * @param fence of {@code owner}
     */
    CompletionStage<Void> remove(Jid owner, Collection<Long> ids, Fence fence);

    /**
     * Puts other messages of the same owner into the place of one, and notes what others are owed because of it: removes it, stores
     * {@code successors}, counts them whatever the limits say, and keeps {@code owed} for {@link #owed}, all in one step. Does nothing
     * if it is not there. One of the successors may have its id.
     *
     * <p>What is owed waits for nobody yet: no page, figure or counter shows it, except {@link StoreStatistics#largestId()}. Somebody
     * carries it later, by {@link #owed}, {@link #takeOwed} and {@link #forgetOwed}. So a change touches one owner only, and the message
     * is stored for the other exactly once, wherever a crash falls.
     *
     * <p>A store that forgets everything with its process may store what is owed at once instead, as messages of their owners, in the
     * same step, and leave those three as they are.
     *
     * @param successors messages of {@code owner}
     * @param owed       messages of other owners, in the order in which those get them
     * @param fence      of {@code owner}
     * @return whether it was there; completes when a crash afterwards would change nothing
     * @throws IllegalArgumentException if a successor is another owner's
     */
    CompletionStage<Boolean> replace(
            Jid owner, long id, List<StoredMessage> successors, List<StoredMessage> owed, Fence fence);

    /**
     * What the owners of one partition owe others, in the order of the numbers, those above {@code afterNumber}; never removes. What
     * one commit has noted is seen not before what earlier ones have. At most {@code rows} messages and {@code bytes} of stanzas, but
     * at least one message if there is any. A row that cannot be read is set aside and reported in the log; it never hides the others.
     */
    default CompletionStage<List<Owed>> owed(int part, long afterNumber, int rows, long bytes) {
        return CompletableFuture.completedFuture(List.of());
    }

    /**
     * Stores what another partition, or the same one, owes, and counts it whatever the limits say. In the same step it notes the largest
     * of the numbers as decided: of rows up to the largest that was ever noted for these two partitions it does nothing, so that
     * repeating a call is harmless, also when the message has been delivered and removed meanwhile. So the rows that are to be
     * stored must come in the order of their numbers; who leaves one out and passes a later one has decided that it is not
     * stored.
     *
     * @param from  the partition that owes
     * @param rows  for owners who are all of the partition of {@code fence}
     * @param fence of those owners
     */
    default CompletionStage<Void> takeOwed(int from, List<Owed> rows, Fence fence) {
        return keepsNothingOwed();
    }

    /**
     * Forgets what was owed, once it is stored or nobody is there to get it. Unknown numbers are ignored, so repeating a call is
     * harmless.
     *
     * @param fence of the partition that owed it
     */
    default CompletionStage<Void> forgetOwed(Collection<Long> numbers, Fence fence) {
        return keepsNothingOwed();
    }

    private static CompletionStage<Void> keepsNothingOwed() {
        return CompletableFuture.failedFuture(StoreException.nothingChanged("this store keeps nothing that is owed"));
    }

    /**
     * Keeps the ids below {@code upTo} for this server, durably: whoever opens the store after it, however it ended, finds them in
     * {@link StoreStatistics#largestId()}, so that none is given twice even if the clock has been set back. To ask for less than is
     * kept changes nothing.
     *
     * @return up to where ids are kept now; 0 from a store that cannot keep any, as one in memory
     */
    default CompletionStage<Long> reserveIds(long upTo) {
        return CompletableFuture.completedFuture(0L);
    }

    /**
     * The directory of this machine in which it keeps what is stored, so that the disk can be watched; empty where that is elsewhere.
     * Does not block.
     */
    default Optional<Path> directory() {
        return Optional.empty();
    }

    /** What waits for one owner, from all senders. */
    CompletionStage<Usage> usage(Jid owner);

    /** What waits for one owner from one sender, both bare. */
    CompletionStage<Usage> usage(Jid owner, Jid sender);

    /** What waits for one owner, a figure per sender; at most {@code max} of them, the greatest first. */
    CompletionStage<List<SenderUsage>> senders(Jid owner, int max);

    /** Owners for whom something waits, in the order of their text, behind {@code after} (null: from the first). */
    CompletionStage<List<Jid>> owners(@Nullable Jid after, int max);

    /** Messages whose {@link StoredMessage#expiresAt()} is not after {@code now}, at most {@code max}, soonest first. Never removes. */
    CompletionStage<List<StoredMessage>> expired(Instant now, int max);

    /** Figures of the whole store, kept or cheaply found: no pass over all messages. */
    CompletionStage<StoreStatistics> statistics();
}
