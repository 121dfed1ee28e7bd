package im.restante.internal.store.jdbc;

import im.restante.internal.support.OutOfMemory;
import im.restante.store.Fence;
import im.restante.store.StoreException;
import im.restante.store.jdbc.Dialect;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partition that this store writes, as it stands in the database, and the right to write it: the epoch that this store's start
 * took. Every transaction's first statement adds 1 to its counter on condition that the epoch is still that one. So once another
 * server has raised the epoch, nothing of this one is committed any more; and when this one has raised it itself, every transaction
 * of its own that it has lost sight of is either committed by then or never will be, and the counter tells which.
 *
 * <p>Used by the writer's thread alone.
 */
final class Partition {
    /** The only one, as long as there is one node. */
    static final int PART = 0;

    /** A server whose row has stood still for so long is taken for dead. */
    static final long LEASE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final Logger LOG = LoggerFactory.getLogger(Partition.class);
    private static final int NODE = 0;
    private static final int LONGEST_ADDRESS = 255;

    private final Dialect dialect;
    private final long incarnation = new SecureRandom().nextLong() >>> 1 | 1;

    /** How an operator finds this process; looked up when it is needed, since that may ask the network. */
    private String address;

    private int tenure;
    private long epoch;
    private long writes;
    private long floor;
    private long owed;
    private long renewed;
    private long renewNotBefore;

    /** The other server that was last seen to hold it, and since when its row has stood still. */
    private Holder watched;

    private long watchedSince;

    /** Who holds it, as a start sees it. */
    private record Holder(
            long incarnation,
            long epoch,
            long nodeIncarnation,
            String address,
            long renewed,
            boolean fenced,
            long idsTo) {
        boolean isAsBefore(Holder before) {
            return before != null && before.incarnation == incarnation && before.renewed == renewed;
        }
    }

    Partition(Dialect dialect) {
        this.dialect = dialect;
    }

    /** Whether it is this store that may write what carries {@code fence}. */
    boolean isNamedBy(Fence fence) {
        return fence.part() == PART && (fence.epoch() == 0 || fence.epoch() == epoch);
    }

    /** Changes when it may have been somebody else's in between: then {@link #writes()} counts others' transactions, too. */
    int tenure() {
        return tenure;
    }

    /** Transactions ever committed here, as this store last saw it. */
    long writes() {
        return writes;
    }

    /** The largest id ever stored or owed. */
    long floor() {
        return floor;
    }

    /** The largest number ever given to what is owed. */
    long owed() {
        return owed;
    }

    /**
     * A transaction that began with {@link #fence} was committed.
     *
     * @param largest id stored or owed so far
     * @param numbered the largest number given to what is owed
     */
    void committed(long largest, long numbered) {
        writes++;
        floor = largest;
        owed = numbered;
    }

    /** First statement of a transaction. False: another server has taken the partition over, and nothing may be written. */
    boolean fence(SqlSession session) throws SQLException {
        PreparedStatement fence = session.prepare(Sql.FENCE);
        fence.setInt(1, PART);
        fence.setLong(2, epoch);
        return fence.executeUpdate() == 1;
    }

    /**
     * Takes it, in a transaction of its own, or raises the epoch of what is held already. On return nobody else can commit anything,
     * and no transaction begun before can.
     *
     * @param alone whether the connection itself proves that no other server is alive
     * @throws StoreException if another server holds it and seems to be alive, or takes it at the same moment
     */
    void take(SqlSession session, boolean alone) throws SQLException, StoreException {
        Holder before = null;
        dialect.begin(session.connection());
        try {
            PreparedStatement raise = session.prepare(Sql.RAISE_OWN);
            raise.setInt(1, PART);
            raise.setLong(2, incarnation);
            if (raise.executeUpdate() != 1) {
                tenure++;
                before = takeOver(session, alone);
            }
            readOwn(session);
            dialect.commit(session.connection());
            if (before != null && before.incarnation != 0) {
                LOG.info("{}: taken over from the server that last wrote there, {}", dialect.place(), before.address);
            }
            watched = null;
        } catch (SQLException | StoreException | RuntimeException | Error e) {
            OutOfMemory.endsProcess(e);
            try {
                dialect.rollback(session.connection());
            } catch (SQLException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
    }

    private void readOwn(SqlSession session) throws SQLException {
        PreparedStatement query = session.prepare(Sql.PARTITION);
        query.setInt(1, PART);
        try (ResultSet row = query.executeQuery()) {
            row.next();
            epoch = row.getLong(3);
            writes = row.getLong(4);
            floor = row.getLong(5);
            owed = row.getLong(6);
        }
        PreparedStatement node = session.prepare(Sql.NODE);
        node.setInt(1, NODE);
        try (ResultSet row = node.executeQuery()) {
            row.next();
            renewed = row.getLong(3);
        }
        renewNotBefore = System.nanoTime();
    }

    private Holder takeOver(SqlSession session, boolean alone) throws SQLException, StoreException {
        Holder holder = holder(session);
        if (holder.incarnation != 0 && !holder.fenced && !alone) {
            watch(holder);
        }
        address = address == null ? address() : address;
        if (holder.address == null) {
            add(session);
        } else if (replace(session, holder) != 1) {
            throw StoreException.nothingChanged(dialect.place() + ": another server takes it at this moment");
        }
        PreparedStatement take = session.prepare(Sql.TAKE);
        take.setInt(1, NODE);
        take.setLong(2, incarnation);
        take.setLong(3, holder.idsTo - 1);
        take.setLong(4, holder.idsTo - 1);
        take.setInt(5, PART);
        take.setLong(6, holder.incarnation);
        take.setLong(7, holder.epoch);
        if (take.executeUpdate() != 1) {
            throw StoreException.nothingChanged(dialect.place() + ": another server takes it at this moment");
        }
        return holder;
    }

    /** Without a row of its node: address null. */
    private Holder holder(SqlSession session) throws SQLException {
        PreparedStatement partition = session.prepare(Sql.PARTITION);
        partition.setInt(1, PART);
        long holds;
        long at;
        try (ResultSet row = partition.executeQuery()) {
            row.next();
            holds = row.getLong(2);
            at = row.getLong(3);
        }
        PreparedStatement node = session.prepare(Sql.NODE);
        node.setInt(1, NODE);
        try (ResultSet row = node.executeQuery()) {
            return row.next()
                    ? new Holder(
                            holds,
                            at,
                            row.getLong(1),
                            row.getString(2),
                            row.getLong(3),
                            row.getInt(4) != 0,
                            row.getLong(5))
                    : new Holder(holds, at, 0, null, 0, false, 0);
        }
    }

    /** Refuses until the row of that server has stood still long enough. */
    private void watch(Holder holder) throws StoreException {
        long now = System.nanoTime();
        if (!holder.isAsBefore(watched)) {
            watched = holder;
            watchedSince = now;
        }
        if (now - watchedSince < LEASE_NANOS) {
            throw StoreException.nothingChanged(dialect.place() + ": another server uses it (" + holder.address
                    + "). Stop that one, or give this one a database of its own. If that one has died, this one takes over in "
                    + TimeUnit.NANOSECONDS.toSeconds(LEASE_NANOS) + " seconds");
        }
    }

    private void add(SqlSession session) throws SQLException {
        PreparedStatement add = session.prepare(Sql.ADD_NODE);
        add.setInt(1, NODE);
        add.setLong(2, incarnation);
        add.setString(3, address);
        add.setString(4, version());
        add.executeUpdate();
    }

    private int replace(SqlSession session, Holder holder) throws SQLException {
        PreparedStatement replace = session.prepare(Sql.REPLACE_NODE);
        replace.setLong(1, incarnation);
        replace.setString(2, address);
        replace.setString(3, version());
        replace.setInt(4, NODE);
        replace.setLong(5, holder.nodeIncarnation);
        replace.setLong(6, holder.renewed);
        return replace.executeUpdate();
    }

    /** Whether the row that shows others that this store is alive has to move. */
    boolean isRenewalDue() {
        return System.nanoTime() - renewNotBefore >= 0;
    }

    /** Moves it, in a transaction of its own. False: another server has taken over. */
    boolean renew(SqlSession session) throws SQLException {
        dialect.begin(session.connection());
        PreparedStatement renew = session.prepare(Sql.RENEW);
        renew.setInt(1, NODE);
        renew.setLong(2, incarnation);
        renew.setLong(3, renewed);
        if (renew.executeUpdate() != 1) {
            dialect.rollback(session.connection());
            return false;
        }
        dialect.commit(session.connection());
        renewed++;
        renewNotBefore = System.nanoTime() + LEASE_NANOS / 4;
        return true;
    }

    /** Inside a transaction: keeps the ids below {@code upTo} from everybody who takes it after this store. @return what is kept */
    long reserve(SqlSession session, long upTo) throws SQLException {
        PreparedStatement reserve = session.prepare(Sql.RESERVE);
        reserve.setLong(1, upTo);
        reserve.setLong(2, upTo);
        reserve.setInt(3, NODE);
        reserve.setLong(4, incarnation);
        reserve.executeUpdate();
        PreparedStatement node = session.prepare(Sql.NODE);
        node.setInt(1, NODE);
        try (ResultSet row = node.executeQuery()) {
            row.next();
            return row.getLong(5);
        }
    }

    /** Lets the next start take it without waiting. */
    void giveBack(SqlSession session) throws SQLException {
        dialect.begin(session.connection());
        PreparedStatement back = session.prepare(Sql.GIVE_BACK);
        back.setInt(1, NODE);
        back.setLong(2, incarnation);
        back.executeUpdate();
        dialect.commit(session.connection());
    }

    private static String address() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown host";
        }
        String address = "process " + ProcessHandle.current().pid() + " on " + host;
        return address.length() > LONGEST_ADDRESS ? address.substring(0, LONGEST_ADDRESS) : address;
    }

    private static String version() {
        String version = Partition.class.getPackage().getImplementationVersion();
        return version == null ? "" : version;
    }
}
