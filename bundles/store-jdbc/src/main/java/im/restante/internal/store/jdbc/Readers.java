package im.restante.internal.store.jdbc;

import im.restante.internal.support.Gate;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.TroubleLog;
import im.restante.store.StoreException;
import im.restante.store.StoreException.Outcome;
import im.restante.store.jdbc.ConnectionSource;
import im.restante.store.jdbc.Dialect;
import im.restante.store.jdbc.Dialect.Trouble;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Threads that ask, each with a connection of its own. Platform threads: native drivers pin virtual ones. */
public final class Readers {
    /** A question. */
    @FunctionalInterface
    public interface Query<T> {
        T ask(SqlSession session) throws SQLException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Readers.class);
    private static final int MOST_WAITING = 8_192;

    private final Dialect dialect;
    private final ConnectionSource source;
    private final Gate<StoreException> gate;
    private final ThreadPoolExecutor threads;
    private final AtomicInteger started = new AtomicInteger();
    private final ThreadLocal<SqlSession> session = new ThreadLocal<>();
    private final TroubleLog troubles = new TroubleLog(LOG);

    Readers(String store, Dialect dialect, ConnectionSource source, Gate<StoreException> gate, int number) {
        this.dialect = dialect;
        this.source = source;
        this.gate = gate;
        this.threads = new ThreadPoolExecutor(
                number, number, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), work -> {
                    Thread thread = new Thread(
                            () -> {
                                try {
                                    work.run();
                                } finally {
                                    drop();
                                }
                            },
                            "restante-store-" + store + "-reader-" + started.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    <T> CompletableFuture<T> ask(Query<T> query) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> answer(query, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(StoreException.nothingChanged(
                    threads.isShutdown()
                            ? "the store is closed"
                            : "the store is busy: " + MOST_WAITING + " questions wait already"));
        }
        return answer;
    }

    private static StoreException refusal(StoreException why) {
        return why == null
                ? StoreException.nothingChanged("the store is still opening its database")
                : new StoreException(why.getMessage(), why, Outcome.NOTHING_CHANGED);
    }

    private <T> void answer(Query<T> query, CompletableFuture<T> answer) {
        T value;
        try {
            gate.pass(Readers::refusal);
            value = ask(query, session.get() == null);
            troubles.over();
        } catch (SQLException e) {
            if (dialect.judge(e) != Trouble.DATA) {
                drop();
            }
            StoreException explained =
                    new StoreException(dialect.place() + ": " + dialect.advice(e), e, Outcome.NOTHING_CHANGED);
            troubles.report(explained.getMessage());
            answer.completeExceptionally(explained);
            return;
        } catch (StoreException e) {
            answer.completeExceptionally(e);
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.completeExceptionally(new StoreException("the store is closing", e, Outcome.NOTHING_CHANGED));
            return;
        } catch (RuntimeException | Error e) { // ours: the thread goes on, and nobody waits for ever
            OutOfMemory.endsProcess(e);
            LOG.error("A query failed", e);
            answer.completeExceptionally(new StoreException("the store failed: " + e, e, Outcome.NOTHING_CHANGED));
            return;
        }
        answer.complete(value);
    }

    /** A connection that was kept may have been cut while nobody asked: that is no answer, a new one decides. */
    private <T> T ask(Query<T> query, boolean fresh) throws SQLException {
        try {
            if (session.get() == null) {
                session.set(new SqlSession(source.open(ConnectionSource.Purpose.READ)));
            }
            return query.ask(session.get());
        } catch (SQLException e) {
            if (fresh || dialect.judge(e) != Trouble.CONNECTION) {
                throw e;
            }
            drop();
            return ask(query, true);
        }
    }

    private void drop() {
        SqlSession mine = session.get();
        if (mine != null) {
            session.remove();
            mine.close();
        }
    }

    /** Answers what waits, then ends the threads and closes their connections. */
    void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                threads.shutdownNow();
                threads.awaitTermination(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
