package im.restante.session;

import im.restante.jid.Jid;
import im.restante.xml.StreamCondition;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/** Knows who is connected and routes between them (RFC 6121 §8). Safe for concurrent use. */
@ProviderType
public interface SessionManager {
    /**
     * Binds a resource for an authenticated account (RFC 6120 §7). A session that has the same full JID already is ended with the
     * stream error {@code conflict}; its successor gets what it had not been given.
     *
     * @param account  bare
     * @param resource what the client asked for; null: the server makes one
     * @param link     the connection; used from any thread as soon as the stage completes
     * @return completes exceptionally with {@link im.restante.jid.InvalidJidException} for a resource that cannot be prepared, with
     *     {@link TooManyResourcesException} if the account has as many as it may and none of them is idle; else the oldest that is
     *     idle ends for it
     */
    CompletionStage<ClientSession> bind(Jid account, @Nullable String resource, ClientConnection link);

    /** All sessions at this moment, by address. */
    List<SessionInfo> sessions();

    /**
     * Ends a session with a stream error; its client cannot resume the stream. What it was not given goes back to the spool.
     *
     * @param session full
     * @param text    for the person at the client
     * @return completes when its name is free, within some ten seconds; false if there is no such session
     */
    CompletionStage<Boolean> end(Jid session, StreamCondition condition, String text);
}
