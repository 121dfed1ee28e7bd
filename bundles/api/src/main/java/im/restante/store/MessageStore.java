package im.restante.store;

import im.restante.jid.Jid;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Keeps messages until delivery is proved. A service with the property {@link #ID}; of several, {@code store} in
 * {@code im.restante.offline} or the highest {@code service.ranking} says which one takes new messages, and all are read.
 *
 * <p>Implementations are safe for concurrent use. No method blocks on the disk or the network: the stages complete on a thread
 * of the implementation, and callers do no work of their own on it. They complete exceptionally with {@link StoreException}.
 * Every implementation passes {@code MessageStoreContract}.
 */
@ConsumerType
public interface MessageStore {
    /** Service property naming the backend, e.g. {@code store.id=sqlite}. Required. */
    String ID = "store.id";

    /**
     * Stores {@code message} and counts it for its pair, in one step; of concurrent appends exactly as many pass as the limit
     * leaves room for. Appends of one caller become visible to {@link #page} in the order of the calls. Appending an id that is
     * present does nothing and answers {@link Appended.Stored}.
     *
     * <p>Completes when a crash afterwards would lose nothing; exceptionally if that is not certain.
     */
    CompletionStage<Appended> append(StoredMessage message, Admission admission);

    /**
     * Stores messages that were accepted before, such as those of another store, whatever the limits say; they count. Known ids
     * do nothing. May let other changes go first. Completes when all are durable; exceptionally if that is not certain of all,
     * and then some may be there.
     */
    default CompletionStage<Void> appendAll(List<StoredMessage> messages) {
        return CompletableFuture.allOf(messages.stream()
                .map(message -> append(message, Admission.UNLIMITED).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    /**
     * What waits for {@code owner}, oldest first, with ids above {@code afterId}; never removes. At most {@code rows} messages
     * and {@code bytes} of stanzas, but at least one message if there is any. An empty list: nothing more waits. A row that
     * cannot be read is set aside and reported in the log; it never hides the others.
     */
    CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes);

    /**
     * Forgets messages of {@code owner}; the counters of their pairs follow in the same step. Unknown ids are ignored, so
     * repeating a call is harmless.
     */
    CompletionStage<Void> remove(Jid owner, Collection<Long> ids);

    /**
     * Puts other messages, of whatever owner, into the place of one: removes it, stores them and counts them whatever the limits
     * say, in one step. Does nothing if it is not there. One of them may have its id.
     *
     * @return whether it was there; completes when a crash afterwards would change nothing
     */
    CompletionStage<Boolean> replace(Jid owner, long id, List<StoredMessage> successors);

    /** What waits for one owner, from all senders. */
    CompletionStage<Usage> usage(Jid owner);

    /** What waits for one owner from one sender, both bare. */
    CompletionStage<Usage> usage(Jid owner, Jid sender);

    /** What waits for one owner, a figure per sender; at most {@code max} of them, the greatest first. */
    CompletionStage<List<SenderUsage>> senders(Jid owner, int max);

    /** Owners for whom something waits, in the order of their text, behind {@code after} (null: from the first). */
    CompletionStage<List<Jid>> owners(Jid after, int max);

    /** Messages whose {@link StoredMessage#expiresAt()} is not after {@code now}, at most {@code max}, soonest first. Never removes. */
    CompletionStage<List<StoredMessage>> expired(Instant now, int max);

    /** Figures of the whole store, kept or cheaply found: no pass over all messages. */
    CompletionStage<StoreStatistics> statistics();
}
