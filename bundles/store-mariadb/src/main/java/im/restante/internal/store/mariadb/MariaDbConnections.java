package im.restante.internal.store.mariadb;

import im.restante.store.jdbc.ConnectionSource;
import im.restante.store.jdbc.ServerDialect.Refusal;
import im.restante.store.jdbc.ServerSettings;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.mariadb.jdbc.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections to one database. The one that writes holds a lock by name, so that no second server writes there. */
class MariaDbConnections implements ConnectionSource {
    private static final Logger LOG = LoggerFactory.getLogger(MariaDbConnections.class);

    /** Names are shared by all databases of a server, and short. */
    private static final String LOCK = "CONCAT('restante-',MD5(DATABASE()))";
    /** How long the session of a server that has just gone may outlive it. */
    private static final int LOCK_SECONDS = 2;
    /** Below it a batch of large messages is written in pieces. */
    private static final int COMFORTABLE_PACKET = 16 << 20;

    private static final String SESSION = "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',"
            + "default_storage_engine=InnoDB,"
            + "innodb_lock_wait_timeout=" + ServerSettings.LOCK_TIMEOUT.toSeconds()
            + ",lock_wait_timeout=" + ServerSettings.LOCK_TIMEOUT.toSeconds() + ','
            // a year: the lock by name ends with the session
            + "wait_timeout=31536000";

    private final MariaDbSettings settings;
    /** What the server takes at once: the driver keeps to it when told so, where the server would cut the connection. */
    private volatile int packet;
    /** Of the last connection that writes: whether its lock keeps every other server away. */
    private volatile boolean alone;

    MariaDbConnections(MariaDbSettings settings) {
        this.settings = settings;
    }

    @Override
    public Connection open(Purpose purpose) throws SQLException {
        Connection connection = connect();
        try (Statement statement = connection.createStatement()) {
            requireMariaDb(connection.getMetaData());
            statement.execute(SESSION);
            if (purpose == Purpose.WRITE) {
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                lock(connection);
                alone = isAlone(statement);
                warn(statement);
            }
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public boolean excludesOthers() {
        return alone;
    }

    /** Galera's nodes do not know each other's locks. */
    private static boolean isAlone(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SHOW GLOBAL VARIABLES LIKE 'wsrep_on'")) {
            return !row.next() || !"ON".equalsIgnoreCase(row.getString(2));
        }
    }

    private Connection connect() throws SQLException {
        while (true) {
            int assumed = packet;
            Connection connection = Driver.connect(settings.configuration(assumed));
            try (Statement statement = connection.createStatement()) {
                int taken = number(statement, "SELECT @@max_allowed_packet");
                if (taken == assumed) {
                    return connection;
                }
                packet = taken;
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            connection.close();
        }
    }

    private static void requireMariaDb(DatabaseMetaData server) throws SQLException {
        int major = server.getDatabaseMajorVersion();
        boolean returning = major > 10 || major == 10 && server.getDatabaseMinorVersion() >= 5;
        if (!"MariaDB".equals(server.getDatabaseProductName()) || !returning) {
            throw new Refusal("it is " + server.getDatabaseProductName() + " " + server.getDatabaseProductVersion()
                    + ". MariaDB 10.5 or later is needed");
        }
    }

    /** Keeps other servers away for as long as {@code connection} lives. */
    void lock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (number(statement, "SELECT GET_LOCK(" + LOCK + "," + LOCK_SECONDS + ")") == 1) {
                return;
            }
            int holder = number(statement, "SELECT COALESCE(IS_USED_LOCK(" + LOCK + "),0)");
            throw new Refusal("another server uses it (connection " + holder + host(connection, holder)
                    + "). Stop that one, or give this one a database of its own. If that one's machine is gone: KILL "
                    + holder);
        }
    }

    private static String host(Connection connection, int id) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT host FROM information_schema.processlist WHERE id=?")) {
            query.setInt(1, id);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? " from " + row.getString(1) : "";
            }
        }
    }

    private void warn(Statement statement) throws SQLException {
        if (number(statement, "SELECT @@innodb_flush_log_at_trx_commit") != 1) {
            LOG.warn(
                    "{}: innodb_flush_log_at_trx_commit is not 1, so that what was stored can be lost when its machine"
                            + " fails",
                    settings.place());
        }
        if (packet < COMFORTABLE_PACKET) {
            LOG.warn(
                    "{}: max_allowed_packet is {}; larger messages are refused. 16M is enough",
                    settings.place(),
                    packet);
        }
    }

    private static int number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }
}
