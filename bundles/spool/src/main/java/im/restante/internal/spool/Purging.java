package im.restante.internal.spool;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.internal.spool.core.Effect;
import im.restante.internal.spool.core.Event;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.spool.SpoolPurge.Step;
import im.restante.store.StoredMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** What an administrator removes of what waits; see {@link im.restante.spool.SpoolPurge}. */
final class Purging {
    private static final int PAGE_ROWS = 100;
    private static final long PAGE_BYTES = 256 * 1024;

    private final Owners all;

    Purging(Owners all) {
        this.all = all;
    }

    /** What was given before this millisecond, and what this server has seen in a store, waits; the clock may have been set back. */
    CompletionStage<Long> waitingUpTo(Jid owner) {
        long last = Math.max(all.ids.last(owner), ArrivalIds.of(all.clock.millis()) - 1);
        return all.ask(owner, core -> core.waitingUpTo(last));
    }

    CompletionStage<Step> step(Jid owner, long after, long upTo, Predicate<StoredMessage> wanted, String by) {
        return all.ask(delivery -> delivery.page(owner, after, PAGE_ROWS, PAGE_BYTES))
                .thenComposeAsync(page -> remove(owner, page, upTo, wanted, by), all.workers);
    }

    private CompletionStage<Step> remove(
            Jid owner, List<StoredMessage> page, long upTo, Predicate<StoredMessage> wanted, String by) {
        if (page.isEmpty()) {
            return completedFuture(new Step(upTo, true, 0, 0));
        }
        long end = page.get(page.size() - 1).id();
        all.ids.above(owner, end); // no new message may come in front of it
        List<StoredMessage> asked =
                page.stream().filter(row -> row.id() <= upTo).filter(wanted).toList();
        return all.ask(
                        owner,
                        core -> asked.stream()
                                .filter(row -> core.isShownByHand(row, all))
                                .toList())
                .thenComposeAsync(shown -> purge(owner, shown), all.workers)
                .thenApplyAsync(
                        outcome -> {
                            List<StoredMessage> gone = outcome.gone();
                            if (!gone.isEmpty()) {
                                all.listeners.tell(one -> one.disposed(gone, Disposition.PURGED, "by " + by));
                            }
                            return new Step(end, end >= upTo, gone.size(), outcome.left());
                        },
                        all.workers);
    }

    private record Outcome(List<StoredMessage> gone, int left) {}

    /** Which are on their way is decided in the same event as what is removed: a row is never both removed and handed over. */
    private CompletionStage<Outcome> purge(Jid owner, List<StoredMessage> rows) {
        Effect.RemoveByHand request =
                new Effect.RemoveByHand(rows.stream().map(StoredMessage::id).toList());
        OwnerRunner spool = all.pin(owner);
        spool.post(new Event.Purged(request));
        spool.unpin();
        return request.done().thenApply(removed -> {
            Set<Long> ids = new HashSet<>(removed);
            List<StoredMessage> gone =
                    rows.stream().filter(row -> ids.contains(row.id())).toList();
            return new Outcome(gone, rows.size() - gone.size());
        });
    }
}
