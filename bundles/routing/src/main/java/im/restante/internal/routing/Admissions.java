package im.restante.internal.routing;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.account.Accounts;
import im.restante.amp.MessageRules;
import im.restante.internal.support.Successors;
import im.restante.jid.Jid;
import im.restante.roster.Rosters;
import im.restante.route.NextHop;
import im.restante.spool.OwnerSpools;
import im.restante.stanza.Message;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Looks up what must be known of a stanza before it is routed: whether its recipient is there, and who blocks whom. Safe for concurrent
 * use; does not block.
 */
final class Admissions {
    private static final CompletableFuture<Admissibility> OPEN = completedFuture(Admissibility.OPEN);
    private static final CompletableFuture<Boolean> YES = completedFuture(true);

    private final Router router;
    private final Accounts accounts;
    private final Rosters rosters;
    private final Registry registry;
    private final OwnerSpools spools;
    private final Supplier<MessageRules> rules;

    Admissions(
            Router router,
            Accounts accounts,
            Rosters rosters,
            Registry registry,
            OwnerSpools spools,
            Supplier<MessageRules> rules) {
        this.router = router;
        this.accounts = accounts;
        this.rosters = rosters;
        this.registry = registry;
        this.spools = spools;
        this.rules = rules;
    }

    /** What is to become of a stanza by that; completed already in the common case. */
    CompletionStage<Admissibility> of(Originator from, Stanza stanza) {
        Jid to = stanza.to();
        if (to == null
                || stanza instanceof Presence && !from.isServer()
                || to.bare().equals(from.jid().bare())) {
            return OPEN;
        }
        NextHop hop = router.routes().next(to);
        if (hop instanceof NextHop.Away) {
            return rosters.blocks(from.jid().bare(), to)
                    .thenApply(blocking -> blocking ? Admissibility.BLOCKING : Admissibility.OPEN);
        } else if (hop != NextHop.Local.ACCOUNT) {
            return OPEN;
        } else if (from.isServer()) {
            // A client is bound when the spools are ready, and its rules may not ask for everything.
            return spools.ready().thenCompose(ready -> lookedUp(from, stanza, to));
        }
        MessageRules reader = stanza instanceof Message m ? router.reader(m) : null;
        CompletionStage<Admissibility> known = lookedUp(from, stanza, to);
        return reader == null || !hidesFromStrangers(reader, (Message) stanza)
                ? known
                : known.thenCombine(
                        rosters.maySeePresence(to.bare(), from.jid().bare()),
                        (admissibility, may) ->
                                may || admissibility != Admissibility.OPEN && admissibility != Admissibility.NO_ACCOUNT
                                        ? admissibility
                                        : Admissibility.STRANGER);
    }

    /** Whether its rules ask for what a stranger may not know. */
    private boolean hidesFromStrangers(MessageRules reader, Message message) {
        return Successors.ask(
                reader, rules, each -> each.refusal(message, false).isPresent(), false);
    }

    private CompletionStage<Admissibility> lookedUp(Originator from, Stanza stanza, Jid to) {
        boolean online = registry.of(to.bare()).length > 0;
        CompletionStage<Boolean> exists = online || !(stanza instanceof Message) ? YES : accounts.exists(to.bare());
        CompletionStage<Boolean> blocking = rosters.blocks(from.jid().bare(), to);
        CompletionStage<Boolean> blocked = rosters.blocks(to.bare(), from.jid());
        Boolean known = now(exists);
        if (known != null && Boolean.FALSE.equals(now(blocking)) && Boolean.FALSE.equals(now(blocked))) {
            return known ? OPEN : completedFuture(Admissibility.NO_ACCOUNT);
        }
        return blocking.thenCompose(mine -> mine
                ? completedFuture(Admissibility.BLOCKING)
                : exists.thenCombine(
                        blocked,
                        (there, theirs) -> !there
                                ? Admissibility.NO_ACCOUNT
                                : theirs ? Admissibility.BLOCKED : Admissibility.OPEN));
    }

    private static Boolean now(CompletionStage<Boolean> stage) {
        CompletableFuture<Boolean> future = stage.toCompletableFuture();
        return future.isDone() && !future.isCompletedExceptionally() ? future.getNow(null) : null;
    }
}
