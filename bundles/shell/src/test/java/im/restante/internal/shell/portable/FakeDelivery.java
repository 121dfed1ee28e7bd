package im.restante.internal.shell.portable;

import im.restante.delivery.Delivery;
import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.store.Claim;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Rows in memory; appending can be made to fail, before or after its effect. */
final class FakeDelivery implements Delivery {
    final TreeMap<Long, StoredMessage> rows = new TreeMap<>();
    int appendsLeft = Integer.MAX_VALUE;
    boolean failsAfterItsEffect;

    @Override
    public CompletionStage<Void> requeue(List<StoredMessage> messages, Consumer<StoredMessage> durable) {
        boolean dies = --appendsLeft <= 0;
        if (!dies || failsAfterItsEffect) {
            messages.forEach(row -> rows.putIfAbsent(row.id(), row));
        }
        return dies
                ? CompletableFuture.failedFuture(new StoreException("the process has died"))
                : CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int most, long bytes) {
        return CompletableFuture.completedFuture(rows.tailMap(afterId, false).values().stream()
                .filter(row -> row.owner().equals(owner))
                .limit(most)
                .toList());
    }

    @Override
    public StorageDecision judge(Message message, Jid owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Verdict> store(Message message, StoredMessage row, StorageDecision.Keep keep, Claim claim) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Verdict> rehearse(
            Message message, StoredMessage row, StorageDecision.Keep keep, Claim claim) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Long> count(Jid owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> remove(Jid owner, Collection<Long> ids) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Long> largestId() {
        throw new UnsupportedOperationException();
    }
}
