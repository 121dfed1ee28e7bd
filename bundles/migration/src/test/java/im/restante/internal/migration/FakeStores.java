package im.restante.internal.migration;

import im.restante.jid.Jid;
import im.restante.move.MessageStores;
import im.restante.store.Fence;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The stores of a delivery that says what a test tells it. */
final class FakeStores implements MessageStores {
    private static final long BYTES = 1 << 20;

    /** By name, the highest ranking first. */
    final Map<String, MessageStore> present = new LinkedHashMap<>();
    /** Who is held, and how often that was begun. */
    final Set<Jid> held = new HashSet<>();
    /** Ids, of whomever, that a store of that name still owes the removal of. */
    final Map<String, Set<Long>> unremoved = new LinkedHashMap<>();
    /** What those who hold wait for. */
    volatile CompletableFuture<Void> inside = CompletableFuture.completedFuture(null);
    /** What those who read wait for. */
    volatile CompletableFuture<Void> settled = CompletableFuture.completedFuture(null);
    /** Why nothing owed can be carried; null: it can. */
    volatile StoreException nobodyKnows;

    private String chosen;
    private long carried;

    FakeStores(String chosen) {
        this.chosen = chosen;
    }

    @Override
    public List<String> names() {
        return List.copyOf(present.keySet());
    }

    @Override
    public Optional<MessageStore> find(String name) {
        return Optional.ofNullable(present.get(name));
    }

    @Override
    public Optional<String> chosen() {
        return Optional.of(chosen);
    }

    @Override
    public synchronized CompletionStage<Void> hold(Collection<Jid> owners) {
        if (owners.stream().anyMatch(owner -> !held.add(owner))) {
            throw new AssertionError("held twice: " + owners);
        }
        return inside;
    }

    @Override
    public synchronized void release(Collection<Jid> owners) {
        if (!held.removeAll(owners)) {
            throw new AssertionError("not held: " + owners);
        }
    }

    synchronized boolean isHeld(Jid owner) {
        return held.contains(owner);
    }

    @Override
    public CompletionStage<Void> settled() {
        return settled;
    }

    @Override
    public List<StoredMessage> withoutRemoved(String name, Jid owner, List<StoredMessage> page) {
        Set<Long> ids = unremoved.getOrDefault(name, Set.of());
        return page.stream().filter(row -> !ids.contains(row.id())).toList();
    }

    /** To the owners themselves, within the store, as the delivery does it. */
    @Override
    public CompletionStage<Long> carryOwed(String name) {
        MessageStore store = present.get(name);
        return store.owed(0, 0, 100, BYTES).thenCompose(rows -> {
            if (rows.isEmpty()) {
                return CompletableFuture.completedFuture(carried);
            }
            if (nobodyKnows != null) {
                return CompletableFuture.failedFuture(nobodyKnows);
            }
            carried += rows.size();
            return store.takeOwed(0, rows, Fence.HERE)
                    .thenCompose(taken -> store.forgetOwed(
                            rows.stream().map(row -> row.number()).toList(), Fence.HERE))
                    .thenCompose(done -> carryOwed(name));
        });
    }
}
