package im.restante.internal.store.postgresql;

import im.restante.store.jdbc.ConnectionSource;
import im.restante.store.jdbc.ServerDialect.Refusal;
import im.restante.store.jdbc.ServerSettings;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections to one database. The one that writes holds an advisory lock, so that no second server writes there. */
class PostgreSqlConnections implements ConnectionSource {
    private static final Logger LOG = LoggerFactory.getLogger(PostgreSqlConnections.class);

    /** Numbers of such locks are shared by all programs of a database. These are the letters of "Restante". */
    private static final int LOCK_HIGH = 0x52657374;

    private static final int LOCK_LOW = 0x616e7465;
    private static final long LOCK = (long) LOCK_HIGH << 32 | LOCK_LOW;
    /** How long the session of a server that has just gone may outlive it. */
    private static final Duration LOCK_WAIT = Duration.ofSeconds(2);

    private static final String HOLDER = "SELECT pid,coalesce(host(client_addr)||':'||client_port,'')"
            + " FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)"
            + " WHERE locktype='advisory' AND granted AND objsubid=1 AND classid=" + LOCK_HIGH + " AND objid="
            + LOCK_LOW
            + " AND database=(SELECT oid FROM pg_database WHERE datname=current_database())";

    /** As {@link PostgreSqlDialect} restores it after a long one: the server gives up before the driver does. */
    static final String STATEMENT_TIMEOUT =
            "statement_timeout=" + ServerSettings.ANSWER_TIMEOUT.minusSeconds(1).toMillis();

    private static final String SESSION = "SET " + STATEMENT_TIMEOUT + ";"
            + "SET lock_timeout=" + ServerSettings.LOCK_TIMEOUT.toMillis() + ";"
            + "SET synchronous_commit=on;"
            + "SET default_transaction_isolation='read committed';"
            // the lock ends with the session
            + "SET idle_session_timeout=0;"
            // and the session of a machine that is gone within half a minute, also where an answer to it is under way
            + "SET tcp_keepalives_idle=10;SET tcp_keepalives_interval=5;SET tcp_keepalives_count=3;"
            + "SET tcp_user_timeout=25000";

    /** A pooler may have given the lock to another session, and what only speaks the protocol may know no locks. */
    private static final String HOLDS =
            "SELECT EXISTS(SELECT 1 FROM pg_locks WHERE locktype='advisory' AND granted AND objsubid=1"
                    + " AND classid=" + LOCK_HIGH + " AND objid=" + LOCK_LOW + " AND pid=pg_backend_pid())";

    private final PostgreSqlSettings settings;
    /** Whether the connection that writes holds the lock. */
    private volatile boolean locked;

    private final Driver driver = new Driver();

    PostgreSqlConnections(PostgreSqlSettings settings) {
        this.settings = settings;
    }

    @Override
    public Connection open(Purpose purpose) throws SQLException {
        Connection connection = driver.connect(settings.server().url(), settings.properties());
        try (Statement statement = connection.createStatement()) {
            requireVersion(connection.getMetaData());
            if (purpose == Purpose.WRITE) {
                requireEncoding(statement);
                lock(connection);
                locked = "t".equals(text(statement, HOLDS));
                warn(statement);
            }
            statement.execute(SESSION);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public boolean excludesOthers() {
        return locked;
    }

    private static void requireVersion(DatabaseMetaData server) throws SQLException {
        if (server.getDatabaseMajorVersion() < 14) {
            throw new Refusal("it is " + server.getDatabaseProductName() + " " + server.getDatabaseProductVersion()
                    + ". PostgreSQL 14 or later is needed");
        }
    }

    private static void requireEncoding(Statement statement) throws SQLException {
        String encoding = text(statement, "SHOW server_encoding");
        if (!"UTF8".equals(encoding)) {
            throw new Refusal("its encoding is " + encoding + ". Create it with ENCODING 'UTF8' TEMPLATE template0");
        }
    }

    /** Keeps other servers away for as long as {@code connection} lives. */
    void lock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET lock_timeout=" + LOCK_WAIT.toMillis());
            try {
                statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
            } catch (SQLException e) {
                if (!PostgreSqlDialect.LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                    throw e;
                }
                throw new Refusal("another server uses it (" + holder(statement)
                        + "). Stop that one, or give this one a database of its own. If that one's machine is gone,"
                        + " this one takes over within half a minute");
            }
        }
    }

    private static String holder(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(HOLDER)) {
            if (!row.next()) {
                return "which is just going";
            }
            String from = row.getString(2);
            return "connection " + row.getInt(1) + (from.isEmpty() ? "" : " from " + from);
        }
    }

    private void warn(Statement statement) throws SQLException {
        if (!"on".equals(text(statement, "SHOW fsync"))) {
            LOG.warn("{}: fsync is off, so that what was stored can be lost when its machine fails", settings.place());
        }
    }

    private static String text(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
