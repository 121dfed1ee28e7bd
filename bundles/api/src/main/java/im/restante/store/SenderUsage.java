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

    /** So many messages from a sender, bare. */
    public static SenderUsage of(Jid sender, long messages) {
        return new SenderUsage(sender, messages);
    }
}
