package im.restante.internal.store.jdbc;

import im.restante.internal.store.jdbc.Operation.Append;
import im.restante.internal.store.jdbc.Operation.Appends;
import im.restante.internal.store.jdbc.Operation.Replacement;
import im.restante.store.StoreException;
import im.restante.store.jdbc.ConnectionSource;
import im.restante.store.jdbc.Dialect;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that changes the database: takes what waits, commits it with one sync, completes it all, again. A lone change
 * is committed at once; under load many share the cost of a sync. It never dies of what a batch does to it, and it opens the
 * database again and again while that cannot be used.
 */
final class Writer implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    private static final long REOPEN_MILLIS = 1_000;
    private static final int TRIES = 3;

    private final Dialect dialect;
    private final ConnectionSource source;
    private final WriteQueue queue;
    private final Names names;
    private final Gate gate;
    private final TroubleLog troubles = new TroubleLog(LOG);
    private final TroubleLog rejects = new TroubleLog(LOG);

    private Session session;
    private StoreException unusable;
    private long openNotBefore = System.nanoTime();
    private long largest;

    Writer(Dialect dialect, ConnectionSource source, WriteQueue queue, Names names, Gate gate) {
        this.dialect = dialect;
        this.source = source;
        this.queue = queue;
        this.names = names;
        this.gate = gate;
    }

    @Override
    public void run() {
        try {
            while (true) {
                isOpen();
                List<Operation<?>> batch = queue.take(REOPEN_MILLIS);
                if (batch == null) {
                    return;
                }
                if (!batch.isEmpty()) {
                    write(batch, false, 1);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            gate.shut(new StoreException("the store is closed"));
            if (session != null) {
                session.close();
            }
        }
    }

    /** Opens the database if it is not; a failed attempt is not repeated within the second. */
    private boolean isOpen() {
        if (session != null) {
            return true;
        }
        if (unusable != null && System.nanoTime() - openNotBefore < 0) {
            return false;
        }
        Connection connection = null;
        try {
            connection = source.open(ConnectionSource.Purpose.WRITE);
            new Schema(dialect).bringUpToDate(connection);
            Session opened = new Session(connection);
            try (ResultSet row = opened.prepare(Sql.READ_STATE).executeQuery()) {
                row.next();
                largest = row.getLong(2);
            }
            dialect.begin(connection); // is it writable, and nobody else's?
            dialect.rollback(connection);
            names.clear();
            session = opened;
            unusable = null;
            if (troubles.over()) {
                LOG.info("{} can be used again", dialect.place());
            } else {
                LOG.info("{} is open", dialect.place());
            }
            gate.open();
            return true;
        } catch (SQLException e) {
            unusable = explain(e);
        } catch (StoreException e) {
            unusable = e;
        } catch (RuntimeException | LinkageError e) { // a driver without its native library, for one
            LOG.error("Opening the database", e);
            unusable = new StoreException(dialect.place() + ": " + e, e);
        }
        if (connection != null) {
            new Session(connection).close();
        }
        troubles.report(unusable.getMessage());
        openNotBefore = System.nanoTime() + REOPEN_MILLIS * 1_000_000;
        gate.shut(unusable);
        return false;
    }

    /** @param doubtful whether a try with these failed already */
    private void write(List<Operation<?>> batch, boolean doubtful, int tries) {
        if (!isOpen()) {
            batch.forEach(operation -> operation.fail(unusable));
            return;
        }
        Transaction transaction = new Transaction(session, dialect, names, largest, doubtful);
        try {
            dialect.begin(session.connection());
            transaction.run(batch);
        } catch (SQLException e) {
            rollback();
            recover(batch, e, tries);
            return;
        } catch (RuntimeException | Error e) { // ours: the thread goes on, and nobody waits for ever
            rollback();
            LOG.error("A batch of {} changes failed", batch.size(), e);
            halve(batch, new StoreException("the store failed: " + e, e));
            return;
        }
        try {
            dialect.commit(session.connection());
        } catch (SQLException e) { // whether it is on the disk cannot be told: so it is not promised
            rollback();
            giveUpConnection();
            fail(batch, explain(e));
            return;
        }
        largest = transaction.largest();
        transaction.newNames().forEach(names::put);
        if (troubles.over()) {
            LOG.info("{} takes changes again", dialect.place());
        }
        batch.forEach(Operation::complete);
    }

    private void recover(List<Operation<?>> batch, SQLException e, int tries) {
        switch (dialect.judge(e)) {
            case DATA -> halve(batch, explain(e));
            case AGAIN -> {
                if (tries < TRIES) {
                    write(batch, true, tries + 1);
                } else {
                    fail(batch, explain(e));
                }
            }
            case FULL -> {
                Predicate<Operation<?>> grows =
                        one -> one instanceof Append || one instanceof Appends || one instanceof Replacement;
                List<Operation<?>> rest = batch.stream().filter(grows.negate()).toList();
                if (rest.size() == batch.size()) {
                    fail(batch, explain(e));
                } else {
                    fail(batch.stream().filter(grows).toList(), explain(e));
                    if (!rest.isEmpty()) {
                        write(rest, true, tries);
                    }
                }
            }
            case BUSY -> fail(batch, explain(e));
            case CONNECTION -> { // cut while nothing was to be written, perhaps: nothing of this was committed
                giveUpConnection();
                if (tries == 1) {
                    write(batch, true, tries + 1);
                } else {
                    fail(batch, explain(e));
                }
            }
        }
    }

    /** Isolates what cannot be written: its neighbours shall not suffer. */
    private void halve(List<Operation<?>> batch, StoreException e) {
        if (batch.size() == 1) {
            rejects.report(e.getMessage());
            batch.get(0).fail(e);
            return;
        }
        int middle = batch.size() / 2;
        write(batch.subList(0, middle), true, 1);
        write(batch.subList(middle, batch.size()), true, 1);
    }

    private void rollback() {
        try {
            dialect.rollback(session.connection());
        } catch (SQLException e) { // some errors end the transaction by themselves, and then its connection is in doubt
            LOG.debug("rolling back", e);
            giveUpConnection();
        }
    }

    private void giveUpConnection() {
        if (session != null) {
            session.close();
            session = null;
            gate.shut(null);
        }
    }

    private void fail(List<Operation<?>> batch, StoreException e) {
        troubles.report(e.getMessage());
        batch.forEach(operation -> operation.fail(e));
    }

    private StoreException explain(SQLException e) {
        return new StoreException(dialect.place() + ": " + dialect.advice(e), e);
    }
}
