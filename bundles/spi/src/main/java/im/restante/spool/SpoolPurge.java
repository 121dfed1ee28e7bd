package im.restante.spool;

import im.restante.jid.Jid;
import im.restante.store.StoredMessage;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Removes what waits for an owner because an administrator wants that, a page at a time. Removed is what the owner would be shown by
 * hand ({@link im.restante.session.Retrieval}), whoever sent it, but for what is being handed to a session. Safe for concurrent use; does
 * not block.
 */
@ProviderType
public interface SpoolPurge {
    /**
     * What came of one page.
     *
     * @param after   the id behind which the next page begins
     * @param last    whether there is no next page
     * @param removed how many messages were removed
     * @param left    how many were wanted and left, since they were on their way to a session
     */
    record Step(long after, boolean last, int removed, int left) {}

    /**
     * The id up to which messages wait at this moment: a purge that keeps to it leaves what comes later. Fails with
     * {@link im.restante.store.StoreException}.
     */
    CompletionStage<Long> waitingUpTo(Jid owner);

    /**
     * Removes the wanted ones of the next page, and tells every {@link im.restante.message.MessageListener}.
     *
     * @param owner  bare
     * @param after  0, or what the step before said
     * @param upTo   see {@link #waitingUpTo}
     * @param wanted must not block
     * @param by     who wants it, for those who ask later what became of a message
     * @return completes when they are gone from the stores; exceptionally, and nothing of this page is certain, with
     *     {@link im.restante.store.StoreException}
     */
    CompletionStage<Step> step(Jid owner, long after, long upTo, Predicate<StoredMessage> wanted, String by);
}
