package im.restante.session;

import im.restante.jid.Jid;
import im.restante.stanza.Stanza;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** A bound session as its connection sees it. {@link #accept} and {@link #ended} are called by one thread at a time. */
@ProviderType
public interface ClientSession {
    /** The full JID that was bound. */
    Jid jid();

    /**
     * Takes the next stanza of the client. {@code from} has been checked and may be missing; the session stamps it. Decides and
     * routes before it returns; only what needs a disk or another service is left to the stage.
     *
     * @return completes when the stanza's verdict is final; never exceptionally. A connection hands out an {@link Outcome.Answer}
     *     only when all stanzas before are final too
     */
    CompletionStage<Outcome> accept(Stanza stanza);

    /**
     * The connection is over; called once, after the last {@link #accept} has returned.
     *
     * @param how    whether the client said goodbye
     * @param unsent storable live messages that were offered to the link and not written, or not acknowledged by a client with
     *               stream management, oldest first; the session brings them back to the spool
     * @return completes when nothing of this session is in the balance any more: unsent messages are durable, presence is told
     */
    CompletionStage<Void> ended(Ending how, List<Outbound> unsent);
}
