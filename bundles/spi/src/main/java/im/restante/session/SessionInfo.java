package im.restante.session;

import static java.util.Objects.requireNonNull;

import im.restante.admin.SessionDetails;
import im.restante.jid.Jid;
import java.time.Instant;

/** One session, for people who operate the server; the names are those of {@link SessionDetails}. */
public record SessionInfo(
        Jid jid,
        boolean isAvailable,
        int priority,
        Instant since,
        String client,
        boolean isEncrypted,
        boolean isResumable,
        int waiting,
        State state)
        implements SessionDetails {
    public SessionInfo {
        requireNonNull(jid, "jid");
        requireNonNull(since, "since");
        requireNonNull(client, "client");
        requireNonNull(state, "state");
    }
}
