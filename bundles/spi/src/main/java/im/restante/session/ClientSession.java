package im.restante.session;

import im.restante.jid.Jid;
import im.restante.stanza.Stanza;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A bound session as its connection sees it. {@link #accept}, {@link #suspended}, {@link #resumed} and {@link #ended} are called by
 * one thread at a time.
 */
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
     * The session is over; called once, after the last {@link #accept} has returned.
     *
     * @param how    whether the client said goodbye
     * @param unsent storable live messages that were offered to the link and not written, or not acknowledged by a client with
     *               stream management, oldest first; the session brings them back to the spool
     * @return completes when nothing of this session is in the balance any more: unsent messages are durable, presence is told
     */
    CompletionStage<Void> ended(CloseReason how, List<Outbound> unsent);

    /**
     * The connection was cut, and its client may come back to this session (XEP-0198 §5); {@link #resumed} or {@link #ended}
     * follows. Called after the last {@link #accept} has returned. From here on the owner counts as away; others still see the
     * session's presence.
     *
     * @param unsent gives the storable live messages that were offered to the link and not acknowledged, oldest first; asked once,
     *               when nothing is offered to the link any more. They come back to the spool, but for those that another session
     *               of the owner has
     * @return completes when they are durable
     */
    CompletionStage<Void> suspended(Supplier<List<Outbound>> unsent);

    /**
     * The client of a suspended session is back. What it had not got follows: first what no spool keeps, then what waits.
     *
     * @param link     used from here on
     * @param received ids of the messages, live or from the spool, that the client says it has got of those it had not proved; some
     *                 that it proved last may be among them
     * @param again    stanzas that no spool keeps and that the client has not got, oldest first
     */
    void resumed(ClientConnection link, Collection<Long> received, List<Outbound> again);
}
