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
 */
public record Arrival(long id, Jid owner, Jid sender, Instant receivedAt) {
    public Arrival {
        requireNonNull(owner, "owner");
        requireNonNull(sender, "sender");
        requireNonNull(receivedAt, "receivedAt");
    }
}
