package im.restante.admin;

import im.restante.jid.Jid;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/** Who is connected, and the end of a session by an administrator. See the package for threads, failures and rights. */
@ProviderType
public interface SessionAdministration {
    /** Most characters of a reason. */
    int MOST_REASON = 256;

    /** All sessions, those that wait for their client to resume included, by address. */
    CompletionStage<List<SessionDetails>> sessions();

    /** The sessions of one account, by address; empty if it has none or does not exist. */
    CompletionStage<List<SessionDetails>> sessions(Jid account);

    /**
     * Ends a session. Its client gets the stream error {@code policy-violation} (RFC 6120 §4.9.3.14) with the reason as its text, and cannot
     * resume the stream. Messages that it was not given or has not acknowledged wait for the account's next session, as after a cut.
     *
     * @param session full
     * @param reason  for the person at the client, at most {@link #MOST_REASON} characters in one line; null or blank: a sentence that an
     *                administrator ended the session
     * @return completes when what the session was not given is back in the store and its name is free; with {@code NOT_FOUND} if there
     *     is no such session, {@code INVALID} for an address without a resource or a reason that cannot be sent
     */
    CompletionStage<Void> end(Jid session, @Nullable String reason);

    /**
     * Ends all sessions that an account has at this moment; its clients may log in again.
     *
     * @return how many were ended, when all have; 0 if there was none
     */
    CompletionStage<Integer> endAll(Jid account, @Nullable String reason);
}
