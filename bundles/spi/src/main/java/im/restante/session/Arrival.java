package im.restante.session;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import java.time.Instant;

/**
 * When and between whom a storable message arrived: what a spool needs to take it at its place in the order, even later.
 *
 * @param id         arrival id
 * @param owner      recipient, bare
 * @param sender     bare
 * @param receivedAt server clock at acceptance
 * @param exclusive  whether it was sent to one session by its full JID, so that no other has it
 */
public record Arrival(long id, Jid owner, Jid sender, Instant receivedAt, boolean exclusive) {
    /** Of a message for all of an account's sessions. */
    public Arrival(long id, Jid owner, Jid sender, Instant receivedAt) {
        this(id, owner, sender, receivedAt, false);
    }

    public Arrival {
        requireNonNull(owner, "owner");
        requireNonNull(sender, "sender");
        requireNonNull(receivedAt, "receivedAt");
    }
}
