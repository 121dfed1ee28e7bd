package im.restante.admin;

import im.restante.jid.Jid;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** What waits for an account, in figures, and its removal. See the package for threads, failures and rights. */
@ProviderType
public interface SpoolAdministration {
    /** Most senders that are told of one owner and store. */
    int MOST_SENDERS = 1_000;

    /**
     * How much waits for an owner.
     *
     * @param owner   bare
     * @param senders how many senders are told of each store, 0 to {@link #MOST_SENDERS}
     * @return with {@code UNAVAILABLE} if no store is there, or one does not answer
     */
    CompletionStage<SpoolDetails> spool(Jid owner, int senders);

    /**
     * Starts to remove messages, and returns at once. Left are messages that come while it goes on, that are being handed to a session,
     * or that came while a session was available: their recipient gets them or, if not, they wait again. What is removed is handed to
     * nobody afterwards. A message that is past its end is left to whoever ends it. Senders are told nothing; each
     * {@link im.restante.message.MessageListener} is told {@link im.restante.message.Disposition#PURGED}.
     *
     * @return goes on whether anybody looks or not, but not beyond the end of the server
     */
    Purge purge(PurgeRequest request);
}
