package im.restante.internal.delivery;

import im.restante.jid.Jid;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was removed while a store was away, to be removed from it when it comes back: else its owner would get it twice. Kept in
 * memory, for stores that were here since the server started.
 */
final class OwedRemovals {
    /** Per store; beyond it, what it holds is given up. */
    static final int MAX_IDS = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(OwedRemovals.class);

    /** What one store has missed. */
    private static final class Debt {
        final Map<Jid, Set<Long>> ids = new HashMap<>();
        int count;
    }

    private final Map<String, Debt> away = new HashMap<>();
    private volatile boolean anyAway;
    private volatile CompletableFuture<Void> settled = CompletableFuture.completedFuture(null);

    /** The store is gone. */
    synchronized void gone(String store) {
        away.putIfAbsent(store, new Debt());
        anyAway = true;
    }

    /** Notes a removal for every store that is away. */
    void missed(Jid owner, Collection<Long> ids) {
        if (anyAway) {
            note(owner, ids);
        }
    }

    private synchronized void note(Jid owner, Collection<Long> ids) {
        away.forEach((store, debt) -> {
            Set<Long> missed = debt.ids.computeIfAbsent(owner, o -> new TreeSet<>());
            ids.forEach(id -> debt.count += missed.add(id) ? 1 : 0);
            if (debt.count > MAX_IDS) {
                LOG.warn(
                        "store {} has been away for so long that {} removals are forgotten: if it comes back, some messages"
                                + " may be delivered twice",
                        store,
                        debt.count);
                debt.ids.clear();
                debt.count = 0;
            }
        });
    }

    /** The store is back: makes up for what it missed. */
    synchronized void back(String id, MessageStore store) {
        Debt debt = away.remove(id);
        anyAway = !away.isEmpty();
        if (debt == null || debt.ids.isEmpty()) {
            return;
        }
        List<CompletableFuture<Void>> removals = debt.ids.entrySet().stream()
                .map(entry -> remove(store, entry.getKey(), entry.getValue()))
                .toList();
        CompletableFuture<Void> made = CompletableFuture.allOf(removals.toArray(CompletableFuture[]::new))
                .exceptionally(problem -> {
                    LOG.error(
                            "store {} is back, and messages delivered meanwhile could not be removed from it: {}; they may"
                                    + " be delivered twice",
                            id,
                            Failures.unwrap(problem).getMessage());
                    return null;
                });
        settled = CompletableFuture.allOf(settled, made);
    }

    /** Done when no store holds what it should not: to be waited for before reading. Never exceptional. */
    CompletableFuture<Void> settled() {
        return settled;
    }

    private static CompletableFuture<Void> remove(MessageStore store, Jid owner, Set<Long> ids) {
        try {
            return store.remove(owner, ids).toCompletableFuture();
        } catch (RuntimeException | LinkageError e) {
            return CompletableFuture.failedFuture(new StoreException("remove failed", e));
        }
    }
}
