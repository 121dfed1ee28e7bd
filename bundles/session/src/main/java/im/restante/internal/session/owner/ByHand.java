package im.restante.internal.session.owner;

import im.restante.jid.Jid;
import im.restante.store.StoredMessage;
import im.restante.why.Fate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What an owner sees of what waits, and throws away, by hand; see {@link im.restante.session.Retrieval}. */
final class ByHand {
    /** Rows read in one go where many are not shown or all are removed. */
    private static final int PAGE_ROWS = 100;

    private static final long PAGE_BYTES = 256 * 1024;

    private final Spool spool;
    private final Owners all;

    ByHand(Spool spool, Owners all) {
        this.spool = spool;
        this.all = all;
    }

    /** The store's number, unless what blocked people sent has to be left out: then all that is shown is read. */
    CompletionStage<Long> count() {
        if (!all.blocks.blocksAnybody(spool.jid)) {
            return all.ask(delivery -> delivery.count(spool.jid));
        }
        CompletableFuture<Long> answer = new CompletableFuture<>();
        count(0, 0, answer);
        return answer;
    }

    private void count(long after, long before, CompletableFuture<Long> answer) {
        page(after, PAGE_ROWS, PAGE_BYTES).whenComplete((page, problem) -> {
            if (problem != null) {
                answer.completeExceptionally(problem);
            } else if (page.isEmpty()) {
                answer.complete(before);
            } else {
                count(lastOf(page), before + page.size(), answer);
            }
        });
    }

    CompletionStage<List<StoredMessage>> page(long after, int rows, long bytes) {
        CompletableFuture<List<StoredMessage>> answer = new CompletableFuture<>();
        read(after, rows, rows, bytes, answer);
        return answer;
    }

    /** @param wanted the answer has no more than so many of the rows read */
    private void read(long after, int rows, int wanted, long bytes, CompletableFuture<List<StoredMessage>> answer) {
        all.ask(delivery -> delivery.page(spool.jid, after, rows, bytes))
                .whenCompleteAsync(
                        (page, problem) -> {
                            if (problem != null) {
                                answer.completeExceptionally(problem);
                                return;
                            }
                            List<StoredMessage> shown = spool.drainer.fromNobodyBlocked(waiting(page)).stream()
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
        Removal removal = removal(rows.stream().map(StoredMessage::id).toList());
        return all.ask(delivery -> delivery.remove(spool.jid, removal.ids()))
                .whenCompleteAsync(
                        (done, problem) -> {
                            if (problem == null) {
                                spool.drainer.removed(removal);
                                all.witness().fate(rows, Fate.REMOVED, "by " + by);
                            } else {
                                notRemoved(removal);
                            }
                        },
                        all.workers);
    }

    CompletionStage<Void> purge(Jid by) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        purge(0, spool.decide(this::waitingUpTo), by, done);
        return done;
    }

    private void purge(long after, long last, Jid by, CompletableFuture<Void> done) {
        all.ask(delivery -> delivery.page(spool.jid, after, PAGE_ROWS, PAGE_BYTES))
                .thenCompose(page -> {
                    List<StoredMessage> rows = waiting(page).stream()
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

    /** The last id of what waits. Under the lock. */
    private long waitingUpTo() {
        return spool.state() == Owner.State.AWAY ? all.ids.last() : spool.hold.waitingUpTo();
    }

    /** Those of the rows that wait, and are not past their end nor being removed. */
    private List<StoredMessage> waiting(List<StoredMessage> rows) {
        Instant now = all.clock.instant();
        return spool.decide(() -> {
            long last = waitingUpTo();
            return rows.stream()
                    .filter(row ->
                            row.id() <= last && !spool.removals.contains(row.id()) && !spool.drainer.isOver(row, now))
                    .toList();
        });
    }

    /** Rows whose owner wants them gone; a lease of them goes on, and finds nothing to remove. */
    private Removal removal(List<Long> ids) {
        return spool.decide(() -> {
            ids.forEach(spool.copies::forget);
            return spool.removals.begin(
                    ids.stream().filter(id -> !spool.removals.contains(id)).toList());
        });
    }

    /** They may be there still: somebody may want them. */
    private void notRemoved(Removal removal) {
        spool.change(() -> {
            spool.removals.giveUp(removal);
            spool.readFromTheOldest();
        });
        removal.done().complete(null);
        spool.drainer.goOn();
    }

    private static long lastOf(List<StoredMessage> page) {
        return page.get(page.size() - 1).id();
    }
}
