package im.restante.internal.spool;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.internal.spool.core.Effect;
import im.restante.internal.spool.core.Event;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.store.StoredMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What an owner sees of what waits, and throws away, by hand; see {@link im.restante.session.Retrieval}. */
final class ByHand {
    /** Rows read in one go where many are not shown or all are removed. */
    private static final int PAGE_ROWS = 100;

    private static final long PAGE_BYTES = 256 * 1024;

    private final Owners all;

    ByHand(Owners all) {
        this.all = all;
    }

    /** The store's number, unless what blocked people sent has to be left out: then all that is shown is read. */
    CompletionStage<Long> count(Jid owner) {
        return all.blocks
                .blocksAnybody(owner)
                .thenCompose(some -> some ? countShown(owner) : all.ask(delivery -> delivery.count(owner)));
    }

    private CompletionStage<Long> countShown(Jid owner) {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        countShown(owner, 0, 0, answer);
        return answer;
    }

    private void countShown(Jid owner, long after, long before, CompletableFuture<Long> answer) {
        page(owner, after, PAGE_ROWS, PAGE_BYTES).whenComplete((page, problem) -> {
            if (problem != null) {
                answer.completeExceptionally(problem);
            } else if (page.isEmpty()) {
                answer.complete(before);
            } else {
                countShown(owner, lastOf(page), before + page.size(), answer);
            }
        });
    }

    CompletionStage<List<StoredMessage>> page(Jid owner, long after, int rows, long bytes) {
        CompletableFuture<List<StoredMessage>> answer = new CompletableFuture<>();
        read(owner, after, rows, rows, bytes, answer);
        return answer;
    }

    /** @param wanted the answer has no more than so many of the rows read */
    private void read(
            Jid owner, long after, int rows, int wanted, long bytes, CompletableFuture<List<StoredMessage>> answer) {
        all.ask(delivery -> delivery.page(owner, after, rows, bytes))
                .thenCompose(page -> all.hidden(owner, page)
                        .thenApply(hidden -> page.stream()
                                .filter(row -> !hidden.contains(row.sender()))
                                .toList())
                        .thenCompose(open -> shown(owner, open))
                        .thenAccept(shown -> {
                            if (shown.isEmpty() && !page.isEmpty()) { // more may follow
                                read(owner, lastOf(page), Math.max(rows, PAGE_ROWS), wanted, bytes, answer);
                            } else {
                                answer.complete(shown.stream().limit(wanted).toList());
                            }
                        }))
                .whenComplete((done, problem) -> {
                    if (problem != null) {
                        answer.completeExceptionally(problem);
                    }
                });
    }

    /** Those that wait, and are not past their end nor being removed. Completes on a thread of the spool's. */
    private CompletionStage<List<StoredMessage>> shown(Jid owner, List<StoredMessage> rows) {
        return all.ask(
                        owner,
                        core -> rows.stream()
                                .filter(row -> core.isShownByHand(row, all))
                                .toList())
                .thenApplyAsync(shown -> shown, all.workers);
    }

    CompletionStage<Void> remove(Jid owner, List<StoredMessage> rows, Jid by) {
        Effect.RemoveByHand request =
                new Effect.RemoveByHand(rows.stream().map(StoredMessage::id).toList());
        OwnerRunner spool = all.pin(owner);
        spool.post(new Event.RemovedByHand(request));
        spool.unpin();
        return request.done()
                .thenRun(() -> all.listeners.tell(one -> one.disposed(rows, Disposition.REMOVED, "by " + by)));
    }

    CompletionStage<Void> purge(Jid owner, Jid by) {
        return all.ask(owner, core -> core.waitingUpTo(all.ids.last(owner)))
                .thenCompose(last -> purge(owner, 0, last, by));
    }

    private CompletionStage<Void> purge(Jid owner, long after, long last, Jid by) {
        return all.ask(delivery -> delivery.page(owner, after, PAGE_ROWS, PAGE_BYTES))
                .thenCompose(page -> shown(owner, page)
                        .thenApply(shown ->
                                shown.stream().filter(row -> row.id() <= last).toList())
                        .thenCompose(rows -> rows.isEmpty() ? completedFuture(null) : remove(owner, rows, by))
                        .thenCompose(gone -> page.isEmpty() || lastOf(page) >= last
                                ? completedFuture(null)
                                : purge(owner, lastOf(page), last, by)));
    }

    private static long lastOf(List<StoredMessage> page) {
        return page.get(page.size() - 1).id();
    }
}
