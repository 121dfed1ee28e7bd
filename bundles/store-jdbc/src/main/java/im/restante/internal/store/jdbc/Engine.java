package im.restante.internal.store.jdbc;

import im.restante.internal.support.Gate;
import im.restante.internal.support.WriteGauge;
import im.restante.store.StoreException;
import im.restante.store.StoreException.Outcome;
import im.restante.store.jdbc.ConnectionSource;
import im.restante.store.jdbc.Dialect;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The threads of one database: a writer with its queue, and the readers. */
public final class Engine {
    private static final long CLOSE_SECONDS = 10;

    private final WriteQueue queue = new WriteQueue();
    private final Names names = new Names();
    private final Readers readers;
    private final Reads reads = new Reads(names, queue::put);
    private final ConnectionSource source;
    private final WriterReport report;
    private final Thread writer;

    public Engine(String store, Dialect dialect, ConnectionSource source, int readerThreads) {
        this.source = source;
        Gate<StoreException> gate = new Gate<>();
        readers = new Readers(store, dialect, source, gate, readerThreads);
        report = new WriterReport(store, new WriteGauge());
        writer = new Thread(
                new Writer(dialect, source, queue, names, gate, report.gauge()), "restante-store-" + store + "-writer");
        writer.setDaemon(true);
    }

    public void start() {
        writer.start();
    }

    /** Questions to the message tables, for {@link #ask}. */
    public Reads reads() {
        return reads;
    }

    /** What it tells those who watch it. */
    public WriterReport report() {
        return report;
    }

    public <T> CompletableFuture<T> ask(Readers.Query<T> query) {
        return readers.ask(query);
    }

    public <T> CompletableFuture<T> write(Operation<T> operation) {
        queue.put(operation);
        return operation.outcome();
    }

    /** Work of many parts that lets other changes go first; completes with the last part. */
    public CompletableFuture<Void> writeBulk(List<? extends Operation<?>> parts) {
        queue.putBulk(parts);
        CompletableFuture<Void> all = new CompletableFuture<>();
        CompletableFuture.allOf(parts.stream().map(Operation::outcome).toArray(CompletableFuture<?>[]::new))
                .whenComplete((done, e) -> {
                    if (e == null) {
                        all.complete(null);
                    } else {
                        all.completeExceptionally(ofTheWhole(parts, e.getCause() == null ? e : e.getCause()));
                    }
                });
        return all;
    }

    /** What failed a part, as said of all of them: if one was done, something was changed. */
    private static Throwable ofTheWhole(List<? extends Operation<?>> parts, Throwable problem) {
        boolean someDone = parts.stream().anyMatch(part -> !part.outcome().isCompletedExceptionally());
        return someDone && problem instanceof StoreException known && known.outcome() == Outcome.NOTHING_CHANGED
                ? new StoreException(known.getMessage(), known)
                : problem;
    }

    /** Answers what was asked, writes what waits, closes the connections. */
    public void close() {
        readers.close(); // first: the last connection tidies the database up, and that shall be the writer's
        queue.close();
        try {
            writer.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        source.close();
    }
}
