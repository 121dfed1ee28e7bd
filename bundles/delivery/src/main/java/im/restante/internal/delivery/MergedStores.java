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
import java.util.function.Supplier;

/**
 * What waits, wherever it is: all stores that are present, read and emptied as if they were one. What answers null found no
 * store, or not all of them, and is to be asked again.
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

    /** Empty if a store went or was chosen meanwhile: then the page has to be asked for anew. */
    CompletionStage<Optional<List<StoredMessage>>> page(Jid owner, long afterId, int rows, long bytes) {
        return stores.whole() == null // what the missing one holds may have to come first
                ? null
                : passIfAny(owner, () -> settled(owner, afterId, rows, bytes));
    }

    private CompletionStage<Optional<List<StoredMessage>>> settled(Jid owner, long afterId, int rows, long bytes) {
        CompletableFuture<Void> settled = owed.settled();
        return settled.isDone()
                ? read(owner, afterId, rows, bytes)
                : settled.thenCompose(done -> read(owner, afterId, rows, bytes));
    }

    private CompletionStage<Optional<List<StoredMessage>>> read(Jid owner, long afterId, int rows, long bytes) {
        List<Stores.Named> present = stores.whole();
        if (present == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return switch (present.size()) {
            case 0 -> none();
            case 1 -> present.get(0).store().page(owner, afterId, rows, bytes).thenApply(Optional::of);
            default -> readInTurn(owner, afterId, rows, bytes, present);
        };
    }

    /**
     * The store that takes new messages first: whoever is found there was stored after those in the others (see
     * {@link OpenAppends}), which are read after it and so show them too.
     */
    private CompletionStage<Optional<List<StoredMessage>>> readInTurn(
            Jid owner, long afterId, int rows, long bytes, List<Stores.Named> present) {
        Stores.Named newest = stores.chosen();
        List<Stores.Named> first =
                present.stream().filter(store -> store == newest).toList();
        List<Stores.Named> then =
                present.stream().filter(store -> store != newest).toList();
        return All.of(first, store -> store.page(owner, afterId, rows, bytes))
                .thenCompose(newer -> All.of(then, store -> store.page(owner, afterId, rows, bytes))
                        .thenApply(older -> {
                            List<List<StoredMessage>> pages = new ArrayList<>(newer);
                            pages.addAll(older);
                            return MergedPage.of(pages, rows, bytes);
                        }))
                .thenApply(page -> stores.chosen() == newest ? Optional.of(page) : Optional.empty());
    }

    CompletionStage<Long> count(Jid owner) {
        List<Stores.Named> present = stores.present();
        return present.isEmpty()
                ? null
                : All.of(present, store -> store.usage(owner))
                        .thenApply(
                                all -> all.stream().mapToLong(Usage::messages).sum());
    }

    /** 0 if nothing was ever stored. */
    CompletionStage<Long> largestId() {
        List<Stores.Named> present = stores.present();
        return present.isEmpty()
                ? null
                : All.of(present, MessageStore::statistics)
                        .thenApply(all -> all.stream()
                                .mapToLong(StoreStatistics::largestId)
                                .max()
                                .orElse(0));
    }

    /** From the stores that are away, too, as soon as they are back. */
    CompletionStage<Void> remove(Jid owner, Collection<Long> ids) {
        owed.missed(owner, ids);
        return passIfAny(owner, () -> removeNow(owner, ids));
    }

    private CompletionStage<Void> removeNow(Jid owner, Collection<Long> ids) {
        List<Stores.Named> present;
        do { // one may have gone while this waited, or go and come back between the two lines
            present = stores.present();
            owed.missed(owner, ids);
        } while (present != stores.present());
        return switch (present.size()) {
            case 0 -> none();
            case 1 -> present.get(0).store().remove(owner, ids);
            default -> All.of(present, store -> store.remove(owner, ids)).thenApply(done -> null);
        };
    }

    /** Asks when what waits for {@code owner} is not being carried from one store to another. */
    private <T> CompletionStage<T> passIfAny(Jid owner, Supplier<CompletionStage<T>> question) {
        return stores.present().isEmpty() ? null : gate.pass(owner, question);
    }

    private static <T> CompletionStage<T> none() {
        return CompletableFuture.failedFuture(new StoreException("no message store is present"));
    }
}
