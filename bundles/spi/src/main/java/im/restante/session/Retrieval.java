package im.restante.session;

import im.restante.jid.Jid;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What waits for an account, in the hands of a session that looks, takes and throws away by itself (XEP-0013). Shown is what came
 * while nobody was available, but for what is past its end, comes from somebody the account blocks, or is being removed. Safe for
 * concurrent use; does not block. The stages fail with {@link im.restante.store.StoreException} while no store can do it.
 */
@ProviderType
public interface Retrieval {
    /**
     * From here on, until that session has ended, what waits is handed to no session of the account by itself. What comes for
     * one that is available still is. Does nothing if no such session is bound.
     *
     * @param session full
     */
    void hold(Jid session);

    /**
     * How many messages are shown. While the owner blocks nobody, those that are past their end and not yet removed count too; else
     * the spool is read through for it.
     */
    CompletionStage<Long> count(Jid owner);

    /** What is shown of it; see {@link im.restante.store.MessageStore#page}. */
    CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes);

    /**
     * Sends messages to a session and leaves the spool as it is. The caller keeps to small pages, and waits for one before it
     * sends the next.
     *
     * @param session full
     * @return completes as {@link ClientConnection#sendCopies} says; exceptionally if no such session is bound
     */
    CompletionStage<Void> send(Jid session, List<Element> messages);

    /**
     * Removes messages because their owner wants that, also those that are on their way to a session. Such as are not there are
     * ignored.
     *
     * @param by who asked, for those who ask later what became of them
     */
    CompletionStage<Void> remove(Jid owner, List<StoredMessage> messages, Jid by);

    /** The same for all that waits at this moment; blocked senders make no difference. */
    CompletionStage<Void> purge(Jid owner, Jid by);
}
