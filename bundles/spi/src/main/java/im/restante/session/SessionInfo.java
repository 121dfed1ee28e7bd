package im.restante.session;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import java.time.Instant;

/**
 * One session, for people who operate the server.
 *
 * @param jid       full
 * @param available whether it has sent available presence
 * @param priority  of that presence; 0 before it
 * @param since     when the resource was bound
 * @param remote    address of the other side, for a log
 * @param encrypted whether TLS protects it
 * @param state     of its owner's spool: {@code AWAY}, {@code DRAINING}, {@code HANDOVER}, {@code LIVE} or {@code HELD}; {@code SUSPENDED} while the
 *                  connection is cut and the client may come back
 */
public record SessionInfo(
        Jid jid, boolean available, int priority, Instant since, String remote, boolean encrypted, String state) {
    public SessionInfo {
        requireNonNull(jid, "jid");
        requireNonNull(since, "since");
    }
}
