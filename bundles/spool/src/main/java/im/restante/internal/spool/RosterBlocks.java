package im.restante.internal.spool;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.jid.Jid;
import im.restante.roster.Rosters;
import im.restante.store.StoredMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The block lists of the roster bundle. A list that cannot be read hides nothing and shows nothing: whoever asks must wait. */
record RosterBlocks(Rosters rosters) implements Blocks {
    @Override
    public CompletionStage<Boolean> blocksAnybody(Jid owner) {
        return rosters.blocksAnybody(owner);
    }

    @Override
    public CompletionStage<Set<Jid>> blocked(Jid owner, List<StoredMessage> messages) {
        Set<Jid> senders = new HashSet<>();
        messages.forEach(message -> senders.add(message.sender()));
        CompletionStage<Set<Jid>> all = completedFuture(new HashSet<>());
        for (Jid sender : senders) {
            all = all.thenCombine(rosters.blocks(owner, sender), (blocked, isBlocked) -> {
                if (isBlocked) {
                    blocked.add(sender);
                }
                return blocked;
            });
        }
        return all;
    }
}
