package im.restante.store;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;

/**
 * What waits from one sender.
 *
 * @param sender   bare
 * @param messages number of messages
 */
public record SenderUsage(Jid sender, long messages) {
    public SenderUsage {
        requireNonNull(sender, "sender");
    }
}
