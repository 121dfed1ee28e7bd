package im.restante.internal.delivery;

import im.restante.jid.Jid;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What waits, wherever it is: all stores in use, read and emptied as if they were one. What answers null found no store, or not
 * all of them, and is to be asked again.
 */
final class MergedStores {
    private final Stores stores;
    private final OwedRemovals owed;
    private final OwnerGate gate;

    MergedStores(Stores stores, OwedRemovals owed, OwnerGate gate) {
        this.stores = stores;
        this.owed = owed;
        this.gate = gate;
    }

    /** Empty if a store went, came or was chosen meanwhile: then the page has to be asked for anew. */
    CompletionStage<Optional<List<StoredMessage>>> page(Jid owner, long afterId, int rows, long bytes) {
        List<Stores.Named> all = stores.whole(); // what a missing one holds may have to come first
        return all == null || all.isEmpty() ? null : gate.pass(owner, () -> settled(owner, afterId, rows, bytes));
    }

    private CompletionStage<Optional<List<StoredMessage>>> settled(Jid owner, long afterId, int rows, long bytes) {
        CompletableFuture<Void> settled = owed.settled();
        return settled.isDone()
                ? read(owner, afterId, rows, bytes)
                : settled.thenCompose(done -> read(owner, afterId, rows, bytes));
    }

    private CompletionStage<Optional<List<StoredMessage>>> read(Jid owner, long afterId, int rows, long bytes) {
        List<Stores.Named> all = stores.whole();
        if (all == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return switch (all.size()) {
            case 0 -> none();
            case 1 -> read(all.get(0), owner, afterId, rows, bytes).thenApply(Optional::of);
            default -> readInTurn(owner, afterId, rows, bytes, all);
        };
    }

    /**
     * The store that takes new messages first: whoever is found there was stored after those in the others (see
     * {@link OpenAppends}), which are read after it and so show them too.
     */
    private CompletionStage<Optional<List<StoredMessage>>> readInTurn(
            Jid owner, long afterId, int rows, long bytes, List<Stores.Named> all) {
        Stores.Named newest = stores.chosen();
        List<Stores.Named> first = all.stream().filter(store -> store == newest).toList();
        List<Stores.Named> then = all.stream().filter(store -> store != newest).toList();
        return All.ofNamed(first, store -> read(store, owner, afterId, rows, bytes))
                .thenCompose(newer -> All.ofNamed(then, store -> read(store, owner, afterId, rows, bytes))
                        .thenApply(older -> {
                            List<List<StoredMessage>> pages = new ArrayList<>(newer);
                            pages.addAll(older);
                            return MergedPage.of(pages, rows, bytes);
                        }))
                .thenApply(page -> stores.chosen() == newest ? Optional.of(page) : Optional.empty());
    }

    /** A page of one store, without what it should not have any more. */
    private CompletionStage<List<StoredMessage>> read(
            Stores.Named store, Jid owner, long afterId, int rows, long bytes) {
        return store.store().page(owner, afterId, rows, bytes).thenCompose(page -> {
            List<StoredMessage> shown = owed.without(store.id(), owner, page);
            if (shown.size() == page.size()) {
                return CompletableFuture.completedFuture(page);
            }
            long size = shown.stream().mapToLong(StoredMessage::sizeBytes).sum();
            if (!shown.isEmpty() && (shown.size() >= rows || size >= bytes)) {
                return CompletableFuture.completedFuture(shown);
            }
            // What was left out has taken the place of others: the page shall not look as if it were the last.
            long behind = page.get(page.size() - 1).id();
            return read(store, owner, behind, rows - shown.size(), bytes - size).thenApply(more -> {
                List<StoredMessage> whole = new ArrayList<>(shown);
                whole.addAll(more);
                return whole;
            });
        });
    }

    CompletionStage<Long> count(Jid owner) {
        List<Stores.Named> all = stores.inUse();
        return all.isEmpty()
                ? null
                : All.of(all, store -> store.usage(owner))
                        .thenApply(counts ->
                                counts.stream().mapToLong(Usage::messages).sum());
    }

    /** 0 if nothing was ever stored. */
    CompletionStage<Long> largestId() {
        List<Stores.Named> all = stores.whole();
        return all == null || all.isEmpty()
                ? null
                : All.of(all, MessageStore::statistics)
                        .thenApply(figures -> figures.stream()
                                .mapToLong(StoreStatistics::largestId)
                                .max()
                                .orElse(0));
    }

    /** In every store that can. */
    CompletionStage<Long> reserveIds(long upTo) {
        List<Stores.Named> present = stores.inUse();
        return present.isEmpty()
                ? null
                : All.of(present, store -> store.reserveIds(upTo))
                        .thenApply(all -> all.stream()
                                .mapToLong(Long::longValue)
                                .filter(kept -> kept > 0)
                                .min()
                                .orElse(0));
    }

    /** From the stores that are away, or do not write, too, as soon as they are back or do. */
    CompletionStage<Void> remove(Jid owner, Collection<Long> ids) {
        owed.missed(owner, ids);
        if (stores.inUse().isEmpty()) {
            return null;
        }
        // What is owed is not waited for inside the gate: else pages for that owner could not be carried meanwhile.
        return gate.pass(owner, () -> removeNow(owner, ids)).thenCompose(All::done);
    }

    private CompletionStage<List<CompletableFuture<Void>>> removeNow(Jid owner, Collection<Long> ids) {
        List<Stores.Named> all;
        do { // one may have gone while this waited, or go and come back between the two lines
            all = stores.inUse();
            owed.missed(owner, ids);
        } while (all != stores.inUse());
        return all.isEmpty() ? none() : All.ofNamed(all, store -> owed.remove(store, owner, ids));
    }

    private static <T> CompletionStage<T> none() {
        return CompletableFuture.failedFuture(new StoreException("no message store is present"));
    }
}
