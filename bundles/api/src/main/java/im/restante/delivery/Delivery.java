package im.restante.delivery;

import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.store.Claim;
import im.restante.store.StoredMessage;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The steps between a message and the stores: filter, quota, store on the way in; page and remove on the way out. Has no state
 * of its own; who is present, and the order of arrivals, are the session manager's. Safe for concurrent use.
 */
@ProviderType
public interface Delivery {
    /**
     * What the filter says of a message for {@code owner}. Works on the calling thread, without a disk.
     *
     * @param message stamped with its sender
     * @param owner   recipient, bare
     */
    StorageDecision judge(Message message, Jid owner);

    /**
     * Appends a message that was judged {@link StorageDecision.Keep}, on the terms the quota has for it now. Must be called in the order of ids of one owner.
     *
     * @param message what the sender sent, for a strategy to look at
     * @param claim   one of its own. Goes to the store with the row: once withdrawn, the row is not stored and never will be. One that
     *     a store has begun with comes from a delivery before this one: then the message is stored whatever the limits say, unless it
     *     is already
     * @return completes with a final verdict ({@code Stored}, {@code Refused}, {@code Dropped} or {@code Failed}) within
     *     {@code store-timeout-seconds}, later where a store has begun with it and has not decided; never on a thread of a store.
     *     Exceptionally, with {@link im.restante.store.StoreException}, only if this service is stopped before there is a verdict: the
     *     caller then offers the message to the one that comes next, with the same claim, and in the order of ids
     */
    CompletionStage<Verdict> store(Message message, StoredMessage row, StorageDecision.Keep keep, Claim claim);

    /**
     * The verdict {@link #store} would give for the message in its place, for somebody who does not want it stored. Stores
     * nothing; everything else is as there.
     */
    CompletionStage<Verdict> rehearse(Message message, StoredMessage row, StorageDecision.Keep keep, Claim claim);

    /**
     * Appends messages that come back from a session, whatever the limits say. Completes when all are durable; exceptionally
     * with {@link im.restante.store.StoreException} if that is not certain.
     *
     * @param durable told of each as soon as it is durable, whatever becomes of the others; on a thread of a store: must not block
     */
    CompletionStage<Void> requeue(List<StoredMessage> rows, Consumer<StoredMessage> durable);

    /** The same for somebody who only wants to know of all. */
    default CompletionStage<Void> requeue(List<StoredMessage> rows) {
        return requeue(rows, row -> {});
    }

    /** What waits for {@code owner} in all stores present, merged by id; see {@link im.restante.store.MessageStore#page}. */
    CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes);

    /** How many messages wait for {@code owner} in all stores present. */
    CompletionStage<Long> count(Jid owner);

    /**
     * Removes from whichever store has them; see {@link im.restante.store.MessageStore#remove}. A store that cannot do it at present
     * is asked again until it does, together with all that it owes, so callers need not; until then no {@link #page} shows the
     * rows. Completes when they are gone from every store that is there; exceptionally if no store is, or if more removals wait
     * already than are kept.
     */
    CompletionStage<Void> remove(Jid owner, Collection<Long> ids);

    /** The largest arrival id in any store present, stored or reserved by a server before this one; 0 if none. */
    CompletionStage<Long> largestId();

    /**
     * Keeps the ids below {@code upTo} for this server in every store present; see {@link im.restante.store.MessageStore#reserveIds}.
     *
     * @return up to where all of them keep ids that can; 0 if none can
     */
    default CompletionStage<Long> reserveIds(long upTo) {
        return CompletableFuture.completedFuture(0L);
    }
}
