package im.restante.internal.store.jdbc;

import im.restante.internal.store.jdbc.Operation.Unarchiving;
import im.restante.jid.Jid;
import im.restante.store.ArchiveQuery;
import im.restante.store.ArchivedMessage;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.StoreException;
import im.restante.store.StoreException.Outcome;
import im.restante.store.Usage;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The archives in one database, beside its messages. */
public final class SqlArchive implements MessageArchive {
    private final Engine engine;
    private final ArchiveReads reads;

    public SqlArchive(Engine engine) {
        this.engine = engine;
        this.reads = new ArchiveReads(engine.reads(), operation -> engine.write(operation));
    }

    @Override
    public CompletionStage<Void> add(List<ArchivedMessage> messages, Fence fence) {
        return engine.write(new Operation.Archiving(messages, fence));
    }

    @Override
    public CompletionStage<List<ArchivedMessage>> first(Jid owner, ArchiveQuery query, int rows, long bytes) {
        return engine.ask(session -> reads.page(session, owner, query, false, rows, bytes));
    }

    @Override
    public CompletionStage<List<ArchivedMessage>> last(Jid owner, ArchiveQuery query, int rows, long bytes) {
        return engine.ask(session -> reads.page(session, owner, query, true, rows, bytes));
    }

    @Override
    public CompletionStage<List<ArchivedMessage>> messages(Jid owner, Collection<Long> ids) {
        return engine.ask(session -> reads.messages(session, owner, ids));
    }

    @Override
    public CompletionStage<Usage> usage(Jid owner, ArchiveQuery query) {
        return engine.ask(session -> reads.usage(session, owner, query));
    }

    @Override
    public CompletionStage<Long> remove(Jid owner, ArchiveQuery query, Fence fence) {
        return remove(owner, query, fence, 0);
    }

    /** @param removed so far */
    private CompletionStage<Long> remove(Jid owner, ArchiveQuery query, Fence fence, long removed) {
        Unarchiving part = new Unarchiving(owner, query, fence);
        return engine.writeBulk(List.of(part))
                .exceptionallyCompose(problem -> CompletableFuture.failedFuture(ofTheWhole(problem, removed)))
                .thenCompose(done -> {
                    long now = part.outcome().join();
                    return now < Unarchiving.MOST
                            ? CompletableFuture.completedFuture(removed + now)
                            : remove(owner, query, fence, removed + now);
                });
    }

    /** What failed a part, as said of all of them: something was changed if one before was done. */
    private static Throwable ofTheWhole(Throwable problem, long removed) {
        Throwable cause =
                problem.getCause() == null || problem instanceof StoreException ? problem : problem.getCause();
        return removed > 0 && cause instanceof StoreException known && known.outcome() == Outcome.NOTHING_CHANGED
                ? new StoreException(known.getMessage(), known)
                : cause;
    }

    @Override
    public CompletionStage<List<Jid>> owners(Jid after, int max) {
        return engine.ask(session -> reads.owners(session, after, max));
    }
}
