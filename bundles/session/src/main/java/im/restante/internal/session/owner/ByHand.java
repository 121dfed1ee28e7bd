package im.restante.internal.session.owner;

import im.restante.jid.Jid;
import im.restante.store.StoredMessage;
import im.restante.why.Fate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What an owner sees of what waits, and throws away, by hand; see {@link im.restante.session.Retrieval}. */
final class ByHand {
    /** Rows read in one go where many are not shown or all are removed. */
    private static final int PAGE_ROWS = 100;

    private static final long PAGE_BYTES = 256 * 1024;

    private final Jid jid;
    private final Owners all;
    private final Owner owner;

    ByHand(Jid jid, Owners all, Owner owner) {
        this.jid = jid;
        this.all = all;
        this.owner = owner;
    }

    CompletionStage<List<StoredMessage>> page(long after, int rows, long bytes) {
        CompletableFuture<List<StoredMessage>> answer = new CompletableFuture<>();
        read(after, rows, rows, bytes, answer);
        return answer;
    }

    /** @param wanted the answer has no more than so many of the rows read */
    private void read(long after, int rows, int wanted, long bytes, CompletableFuture<List<StoredMessage>> answer) {
        owner.call(delivery -> delivery.page(jid, after, rows, bytes))
                .whenCompleteAsync(
                        (page, problem) -> {
                            if (problem != null) {
                                answer.completeExceptionally(problem);
                                return;
                            }
                            List<StoredMessage> shown = owner.fromNobodyBlocked(owner.waiting(page)).stream()
                                    .limit(wanted)
                                    .toList();
                            if (shown.isEmpty() && !page.isEmpty()) { // more may follow
                                read(lastOf(page), Math.max(rows, PAGE_ROWS), wanted, bytes, answer);
                            } else {
                                answer.complete(shown);
                            }
                        },
                        all.workers);
    }

    CompletionStage<Void> remove(List<StoredMessage> rows, Jid by) {
        Removal removal =
                owner.removalByHand(rows.stream().map(StoredMessage::id).toList());
        return owner.call(delivery -> delivery.remove(jid, removal.ids()))
                .whenCompleteAsync(
                        (done, problem) -> {
                            if (problem == null) {
                                owner.removed(removal);
                                all.witness().fate(rows, Fate.REMOVED, "by " + by);
                            } else {
                                owner.notRemoved(removal);
                            }
                        },
                        all.workers);
    }

    CompletionStage<Void> purge(Jid by) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        purge(0, owner.waitingUpTo(), by, done);
        return done;
    }

    private void purge(long after, long last, Jid by, CompletableFuture<Void> done) {
        owner.call(delivery -> delivery.page(jid, after, PAGE_ROWS, PAGE_BYTES))
                .thenCompose(page -> {
                    List<StoredMessage> rows = owner.waiting(page).stream()
                            .filter(row -> row.id() <= last)
                            .toList();
                    CompletionStage<Void> removed =
                            rows.isEmpty() ? CompletableFuture.completedFuture(null) : remove(rows, by);
                    return removed.thenApply(gone -> page.isEmpty() ? Long.MAX_VALUE : lastOf(page));
                })
                .whenCompleteAsync(
                        (reached, problem) -> {
                            if (problem != null) {
                                done.completeExceptionally(problem);
                            } else if (reached >= last) {
                                done.complete(null);
                            } else {
                                purge(reached, last, by, done);
                            }
                        },
                        all.workers);
    }

    private static long lastOf(List<StoredMessage> page) {
        return page.get(page.size() - 1).id();
    }
}
