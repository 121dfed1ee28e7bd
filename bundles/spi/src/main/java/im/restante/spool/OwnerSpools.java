package im.restante.spool;

import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.store.StoredMessage;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The spools of all owners, as routing sees them: the one place where a storable message gets its arrival id, its place in its
 * owner's order, and its verdict. Owners are bare JIDs. Safe for concurrent use; no method blocks, and stages complete on a thread
 * of the spool's own or, if nothing had to be waited for, are complete when they are returned.
 */
@ProviderType
public interface OwnerSpools {
    /**
     * Completes when messages can be taken: the key of stanza-ids is known, and arrival ids are above those in the stores as far
     * as these can be asked now. Nothing is delivered and nobody bound before. Completes exceptionally with
     * {@link im.restante.store.StoreException} while there is no user repository that has the key, or it fails; the next call
     * tries again.
     */
    CompletionStage<Void> ready();

    /** The owner's spool, kept in memory until {@link OwnerSpool#unpin}. */
    OwnerSpool pin(Jid owner);

    /**
     * Takes a storable message for an account: to all its sessions of non-negative priority, or into the spool.
     *
     * @param only the one session the message is for; null for the account
     * @return completes with the final verdict, never exceptionally; complete already if a session has the message
     */
    CompletionStage<Verdict> deliver(Jid owner, Envelope envelope, @Nullable Recipient only);

    /**
     * The deadline of a message that was given to {@link #deliver} has passed. One whose append has not begun is withdrawn: it
     * is never stored and never handed over, and its verdict is {@link Verdict.Failed} with {@code resource-constraint} of
     * type {@code wait}. One whose append has begun stays as it is: it is waited for, and its verdict is what the store says.
     * Either way the verdict comes through the stage of {@link #deliver}, and nothing else tells that it was withdrawn. Nothing
     * happens to an envelope that is final already or was never delivered.
     *
     * @param envelope the very object that was given to {@link #deliver}
     */
    void expire(Jid owner, Envelope envelope);

    /**
     * Gives up everything that is under way for an owner whose account is being removed: appends that have not begun are
     * withdrawn, what sessions gave back is not stored any more, drains end. The caller lets no message for the owner through
     * meanwhile.
     *
     * @return completes when nothing accepted before can reach a store any more, so that what is removed from the stores after it
     *     stays removed; never exceptionally
     */
    CompletionStage<Void> discard(Jid owner);

    /**
     * A message of the server's own as a row of its recipient's spool, with the next id and the marks of one that was stored now.
     * Nothing is stored.
     */
    StoredMessage notice(Jid owner, Envelope envelope);

    /** The clock by which messages are stamped, as precise as a row. */
    Instant now();

    /** See {@link im.restante.session.Spools#onTheirWay}. */
    CompletionStage<Set<Long>> onTheirWay(Jid owner, Collection<Long> ids);

    /** See {@link im.restante.session.Spools#arrived(Jid)}. */
    void arrived(Jid owner);

    /** See {@link im.restante.session.Spools#arrived()}. */
    void arrived();

    /** See {@link im.restante.session.Retrieval#count}. */
    CompletionStage<Long> count(Jid owner);

    /** See {@link im.restante.session.Retrieval#page}. */
    CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes);

    /** See {@link im.restante.session.Retrieval#remove}. */
    CompletionStage<Void> remove(Jid owner, List<StoredMessage> messages, Jid by);

    /** See {@link im.restante.session.Retrieval#purge}. */
    CompletionStage<Void> purge(Jid owner, Jid by);
}
