package im.restante.internal.shell;

import im.restante.internal.administration.Desks;
import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageStore;
import im.restante.store.SenderUsage;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A store that only has figures. */
final class FakeStore implements MessageStore {
    private final CompletionStage<StoreStatistics> statistics;
    private final Usage usage;
    private final List<SenderUsage> senders;

    FakeStore(CompletionStage<StoreStatistics> statistics, Usage usage, List<SenderUsage> senders) {
        this.statistics = statistics;
        this.usage = usage;
        this.senders = senders;
    }

    static FakeStore empty() {
        return new FakeStore(
                CompletableFuture.completedFuture(StoreStatistics.of(0, 0).withOwners(0)),
                Usage.of(0).withBytes(0),
                List.of());
    }

    Desks.Store as(String id, int ranking) {
        return new Desks.Store(id, ranking, this);
    }

    @Override
    public CompletionStage<Usage> usage(Jid owner) {
        return CompletableFuture.completedFuture(usage);
    }

    @Override
    public CompletionStage<List<SenderUsage>> senders(Jid owner, int max) {
        return CompletableFuture.completedFuture(senders);
    }

    @Override
    public CompletionStage<StoreStatistics> statistics() {
        return statistics;
    }

    @Override
    public CompletionStage<Boolean> replace(
            Jid owner, long id, List<StoredMessage> successors, List<StoredMessage> owed, Fence fence) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Appended> append(StoredMessage message, Admission admission, Fence fence, Claim claim) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes) {
        throw new UnsupportedOperationException("a shell reads no messages");
    }

    @Override
    public CompletionStage<Void> remove(Jid owner, Collection<Long> ids, Fence fence) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Usage> usage(Jid owner, Jid sender) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<List<Jid>> owners(Jid after, int max) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<List<StoredMessage>> expired(Instant now, int max) {
        throw new UnsupportedOperationException();
    }
}
