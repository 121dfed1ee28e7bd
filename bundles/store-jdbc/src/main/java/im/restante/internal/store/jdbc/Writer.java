package im.restante.internal.store.jdbc;

import im.restante.internal.store.jdbc.Operation.Append;
import im.restante.internal.store.jdbc.Operation.Appends;
import im.restante.internal.store.jdbc.Operation.Archiving;
import im.restante.internal.store.jdbc.Operation.Change;
import im.restante.internal.store.jdbc.Operation.Replacement;
import im.restante.internal.store.jdbc.Operation.TakeOwed;
import im.restante.internal.store.jdbc.Operation.Unarchiving;
import im.restante.internal.support.Gate;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.TroubleLog;
import im.restante.internal.support.WriteGauge;
import im.restante.store.Appended;
import im.restante.store.StoreException;
import im.restante.store.StoreException.Outcome;
import im.restante.store.jdbc.ConnectionSource;
import im.restante.store.jdbc.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that changes the database: takes what waits, commits it with one sync, completes it all, again. A lone change
 * is committed at once; under load many share the cost of a sync. It never dies of what a batch does to it, and it opens the
 * database again and again while that cannot be used.
 *
 * <p>It writes only as long as it holds the {@link Partition}. A batch whose COMMIT was not answered stays open until the database
 * is back and has told what became of it; nothing is written before.
 */
final class Writer implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    private static final long REOPEN_MILLIS = 1_000;
    /** How long {@link #run} waits for changes while a batch is unresolved. */
    private static final long UNRESOLVED_MILLIS = 50;
    /** A batch that is unresolved when the store is closed is waited for that long. */
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final int TRIES = 3;

    /** What certainly needs room on the disk. */
    private static final Predicate<Operation<?>> GROWS = one -> one instanceof Append
            || one instanceof Appends
            || one instanceof Replacement
            || one instanceof TakeOwed
            || one instanceof Archiving;

    private final Dialect dialect;
    private final ConnectionSource source;
    private final WriteQueue queue;
    private final Names names;
    private final Gate<StoreException> gate;
    private final WriteGauge gauge;
    private final TroubleLog troubles = new TroubleLog(LOG);
    private final TroubleLog rejects = new TroubleLog(LOG);

    private final Partition partition;

    private SqlSession session;
    private boolean alone;
    private Attempt unresolved;
    private StoreException unusable;
    private long openNotBefore = System.nanoTime();

    Writer(
            Dialect dialect,
            ConnectionSource source,
            WriteQueue queue,
            Names names,
            Gate<StoreException> gate,
            WriteGauge gauge) {
        this.dialect = dialect;
        this.source = source;
        this.queue = queue;
        this.names = names;
        this.gate = gate;
        this.gauge = gauge;
        this.partition = new Partition(dialect);
    }

    @Override
    public void run() {
        try {
            while (true) {
                gauge.begins(System.nanoTime()); // waits for a second at most before a batch
                if (isReady() && !alone && partition.isRenewalDue()) {
                    renew();
                }
                List<Operation<?>> batch = queue.take(unresolved == null ? REOPEN_MILLIS : UNRESOLVED_MILLIS);
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
            end();
        }
    }

    private void end() {
        gauge.rests();
        long end = System.nanoTime() + CLOSE_NANOS;
        while (unresolved != null && !isReady() && System.nanoTime() - end < 0 && !Thread.interrupted()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(UNRESOLVED_MILLIS));
        }
        if (unresolved != null) {
            unresolved.batch().forEach(operation -> operation.fail(unresolved.why()));
        }
        gate.shut(StoreException.nothingChanged("the store is closed"));
        if (session != null) {
            if (!alone) {
                try {
                    partition.giveBack(session);
                } catch (SQLException e) {
                    LOG.debug("giving the partition back", e);
                }
            }
            session.close();
        }
    }

    /** Whether the database is open, and everything tried so far has its outcome. */
    private boolean isReady() {
        while (isOpen()) {
            Attempt attempt = unresolved;
            if (attempt == null) {
                return true;
            }
            unresolved = null;
            resolve(attempt);
        }
        return false;
    }

    /** The database is open again, and the epoch raised: the attempt was committed, or never will be. */
    private void resolve(Attempt attempt) {
        if (attempt.tenure() != partition.tenure()) {
            resolveAfterAnother(attempt);
        } else if (partition.writes() == attempt.writes()) {
            LOG.info("{}: the commit that was not answered had been made", dialect.place());
            finish(attempt.batch(), attempt.transaction());
        } else if (attempt.tries() < TRIES) {
            write(attempt.batch(), true, attempt.tries() + 1);
        } else {
            StoreException why = attempt.why();
            fail(attempt.batch(), new StoreException(why.getMessage(), why, Outcome.NOTHING_CHANGED));
        }
    }

    /** Another server has held the partition meanwhile: what is there is ours, what is not may have been delivered by that one. */
    private void resolveAfterAnother(Attempt attempt) {
        List<Operation<?>> open = new ArrayList<>(attempt.batch());
        try {
            List<Append> appends = open.stream()
                    .filter(Append.class::isInstance)
                    .map(Append.class::cast)
                    .toList();
            for (Append append : new Transaction(session, dialect, names, partition, true).stored(appends)) {
                append.result(Appended.stored());
                append.complete();
                open.remove(append);
            }
            dialect.rollback(session.connection());
        } catch (SQLException e) {
            LOG.debug("looking for what another server may have left", e);
            giveUpConnection();
        }
        if (!open.isEmpty()) {
            fail(
                    open,
                    new StoreException(
                            dialect.place()
                                    + ": another server has used it since the connection was lost, so that nobody knows"
                                    + " whether the last changes were made",
                            attempt.why()));
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
        boolean readable = false;
        try {
            connection = source.open(ConnectionSource.Purpose.WRITE);
            alone = source.excludesOthers();
            new Schema(dialect).bringUpToDate(connection);
            readable = alone;
            SqlSession opened = new SqlSession(connection);
            partition.take(opened, alone);
            names.clear();
            session = opened;
            unusable = null;
            gauge.works();
            if (troubles.over()) {
                LOG.info("{} can be used again", dialect.place());
            } else {
                LOG.info("{} is open", dialect.place());
            }
            gate.open();
            return true;
        } catch (SQLException e) {
            unusable = explain(e);
            readable &= dialect.judge(e) == Dialect.Trouble.FULL;
        } catch (StoreException e) {
            unusable = e;
            readable = false;
        } catch (RuntimeException | LinkageError e) { // a driver without its native library, for one
            LOG.error("Opening the database", e);
            unusable = new StoreException(dialect.place() + ": " + e, e, Outcome.NOTHING_CHANGED);
            readable = false;
        }
        if (connection != null) {
            new SqlSession(connection).close();
        }
        troubles.report(unusable.getMessage());
        gauge.failed(unusable.getMessage(), System.nanoTime());
        tryAgainLater();
        if (readable) {
            gate.open(); // who wants to log in and fetch what waits needs no room
        } else {
            gate.shut(unusable);
        }
        return false;
    }

    /** In a second or so: servers that lost the same database do not come back all at once. */
    private void tryAgainLater() {
        long half = TimeUnit.MILLISECONDS.toNanos(REOPEN_MILLIS) / 2;
        openNotBefore = System.nanoTime() + half + ThreadLocalRandom.current().nextLong(2 * half);
    }

    private void renew() {
        try {
            if (!partition.renew(session)) {
                takenOver();
            }
        } catch (SQLException e) {
            rollback();
            if (dialect.judge(e) == Dialect.Trouble.CONNECTION) {
                giveUpConnection();
            }
            troubles.report(explain(e).getMessage());
        }
    }

    /** Another server has raised the epoch. Nothing can be written any more, until that one has gone. */
    private StoreException takenOver() {
        unusable = StoreException.fenced(
                dialect.place() + ": another server has taken it over, so this one writes nothing there any more");
        troubles.report(unusable.getMessage());
        giveUpConnection();
        tryAgainLater();
        gate.shut(unusable);
        return unusable;
    }

    /** @param doubtful whether a try with these failed already */
    private void write(List<Operation<?>> changes, boolean doubtful, int tries) {
        if (!isReady()) {
            changes.forEach(operation -> operation.fail(unusable));
            return;
        }
        List<Operation<?>> batch = ours(changes);
        if (batch.isEmpty()) {
            return;
        }
        Transaction transaction = new Transaction(session, dialect, names, partition, doubtful);
        try {
            dialect.begin(session.connection());
            if (!partition.fence(session)) {
                rollback();
                StoreException fenced = takenOver();
                batch.forEach(operation -> operation.fail(fenced));
                return;
            }
            transaction.run(batch);
        } catch (SQLException e) {
            rollback();
            recover(batch, e, tries);
            return;
        } catch (RuntimeException | Error e) { // ours: the thread goes on, and nobody waits for ever
            OutOfMemory.endsProcess(e);
            rollback();
            LOG.error("A batch of {} changes failed", batch.size(), e);
            halve(batch, new StoreException("the store failed: " + e, e, Outcome.NOTHING_CHANGED));
            return;
        }
        long begun = System.nanoTime();
        try {
            dialect.commit(session.connection());
        } catch (SQLException | RuntimeException | Error e) {
            OutOfMemory.endsProcess(e);
            if (e instanceof SQLException full && dialect.judge(full) == Dialect.Trouble.FULL) {
                rollback(); // an engine that answers so has not committed, and could not raise the epoch now
                recover(batch, full, tries);
                return;
            }
            // whether it is on the disk cannot be told yet
            StoreException why = e instanceof SQLException sql
                    ? explain(sql, Outcome.UNKNOWN)
                    : new StoreException("the store failed: " + e, e);
            unresolved = new Attempt(batch, transaction, tries, partition.tenure(), partition.writes() + 1, why);
            troubles.report(why.getMessage());
            gauge.failed(why.getMessage(), System.nanoTime());
            rollback();
            giveUpConnection();
            isReady(); // mostly it is back at once
            return;
        }
        gauge.committed(batch.size(), System.nanoTime() - begun, batch.stream().anyMatch(GROWS));
        partition.committed(transaction.largest(), transaction.numbered());
        finish(batch, transaction);
    }

    /** What is committed. */
    private void finish(List<Operation<?>> batch, Transaction transaction) {
        transaction.newNames().forEach(names::put);
        if (troubles.over()) {
            LOG.info("{} takes changes again", dialect.place());
        }
        batch.forEach(Operation::complete);
    }

    /** Those that carry the fence of this store; the others fail. */
    private List<Operation<?>> ours(List<Operation<?>> changes) {
        if (changes.stream().allMatch(operation -> partition.isNamedBy(operation.fence()))) {
            return changes;
        }
        List<Operation<?>> ours = new ArrayList<>();
        for (Operation<?> operation : changes) {
            if (partition.isNamedBy(operation.fence())) {
                ours.add(operation);
            } else {
                operation.fail(StoreException.fenced(dialect.place() + ": partition "
                        + operation.fence().part() + " is not held at epoch "
                        + operation.fence().epoch()));
            }
        }
        return ours;
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
                Predicate<Operation<?>> grows = GROWS;
                if (batch.stream().noneMatch(grows)) { // what is left may write, too, to make room
                    grows = one -> one instanceof Unarchiving || one instanceof Change<?>;
                }
                List<Operation<?>> rest = batch.stream().filter(grows.negate()).toList();
                if (rest.size() == batch.size() || rest.isEmpty()) {
                    fail(batch, explain(e));
                } else {
                    fail(batch.stream().filter(grows).toList(), explain(e));
                    write(rest, true, tries);
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
        gauge.failed(e.getMessage(), System.nanoTime());
        troubles.report(e.getMessage());
        batch.forEach(operation -> operation.fail(e));
    }

    /** For what failed before its commit: that is certainly not done. */
    private StoreException explain(SQLException e) {
        return explain(e, Outcome.NOTHING_CHANGED);
    }

    private StoreException explain(SQLException e, Outcome outcome) {
        return new StoreException(dialect.place() + ": " + dialect.advice(e), e, outcome);
    }
}
