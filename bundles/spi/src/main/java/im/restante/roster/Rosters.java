package im.restante.roster;

import im.restante.jid.Jid;
import im.restante.roster.Directory.LiveSession;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import im.restante.xml.Element;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Rosters, subscriptions, presence and block lists of this server's accounts (RFC 6121 §2–4, XEP-0191), as routing and the spool
 * ask for them. Safe for concurrent use; does not block.
 */
@ProviderType
public interface Rosters {
    /**
     * A session is bound: loads what {@link #blocks} and presence need. Completes when loaded; exceptionally with
     * {@link im.restante.store.StoreException}, and then the bind fails.
     */
    CompletionStage<Void> opened(LiveSession session);

    /**
     * A presence that {@code session} sent: broadcast, directed, subscription or probe, already stamped. Completes when what it
     * changed is durable and told; never exceptionally (errors go to the session).
     *
     * @param wasAvailable whether the session had broadcast available presence before this one
     */
    CompletionStage<Void> presence(LiveSession session, Presence presence, boolean wasAvailable);

    /**
     * A session ended without saying so: sends {@code unavailable} where its presence went.
     *
     * @param lastPresence what it had broadcast last; null if it was not available
     */
    CompletionStage<Void> closed(LiveSession session, @Nullable Element lastPresence);

    /**
     * Whether {@code owner} blocks {@code other}, or {@code other} may not reach {@code owner}. Answers at once for an owner with
     * a session; loads otherwise, hence a stage, completed already in the common case. Completes exceptionally with
     * {@link im.restante.store.StoreException} if the block list cannot be read: nobody may then take the answer for a no.
     */
    CompletionStage<Boolean> blocks(Jid owner, Jid other);

    /** Whether {@code owner} blocks anybody at all; answers, and fails, as {@link #blocks} does. */
    CompletionStage<Boolean> blocksAnybody(Jid owner);

    /**
     * Whether {@code viewer} may know of {@code account}'s presence: it is the account itself, or subscribed to it. Fails as
     * {@link #blocks} does.
     */
    CompletionStage<Boolean> maySeePresence(Jid account, Jid viewer);

    /** What a blocked sender's stanza is answered with, or null for silence (XEP-0191 §2.4). */
    @Nullable
    Stanza answerForBlocked(Stanza stanza);

    /**
     * What the owner of a block list is answered who sends {@code stanza} to somebody on it: {@code not-acceptable} with
     * {@code <blocked/>}; null for what must not be answered (XEP-0191 §3.3).
     */
    @Nullable
    Stanza answerForBlocking(Stanza stanza);
}
