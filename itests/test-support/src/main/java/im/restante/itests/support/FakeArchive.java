package im.restante.itests.support;

import im.restante.jid.Jid;
import im.restante.store.ArchiveQuery;
import im.restante.store.ArchivedMessage;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.Usage;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** An archive that notes what it is told to keep. */
public final class FakeArchive implements MessageArchive {
    /** By a call of its own. */
    public final List<ArchivedMessage> added = new CopyOnWriteArrayList<>();
    /** By its store, with the messages. */
    public final List<ArchivedMessage> withMessages = new CopyOnWriteArrayList<>();
    /** What was asked to be removed: whose, and until when. */
    public final List<String> removed = new CopyOnWriteArrayList<>();
    /** What to answer to {@link #add}. */
    public volatile Supplier<CompletionStage<Void>> answer = () -> CompletableFuture.completedFuture(null);

    @Override
    public CompletionStage<Void> add(List<ArchivedMessage> messages, Fence fence) {
        added.addAll(messages);
        return answer.get();
    }

    @Override
    public CompletionStage<List<ArchivedMessage>> first(Jid owner, ArchiveQuery query, int rows, long bytes) {
        throw new UnsupportedOperationException("delivery does not read archives");
    }

    @Override
    public CompletionStage<List<ArchivedMessage>> last(Jid owner, ArchiveQuery query, int rows, long bytes) {
        throw new UnsupportedOperationException("delivery does not read archives");
    }

    @Override
    public CompletionStage<List<ArchivedMessage>> messages(Jid owner, Collection<Long> ids) {
        throw new UnsupportedOperationException("delivery does not read archives");
    }

    @Override
    public CompletionStage<Usage> usage(Jid owner, ArchiveQuery query) {
        throw new UnsupportedOperationException("delivery does not read archives");
    }

    @Override
    public CompletionStage<Long> remove(Jid owner, ArchiveQuery query, Fence fence) {
        removed.add(owner + " to " + query.to().orElse(null));
        return CompletableFuture.completedFuture(0L);
    }

    @Override
    public CompletionStage<List<Jid>> owners(Jid after, int max) {
        throw new UnsupportedOperationException("delivery does not read archives");
    }
}
