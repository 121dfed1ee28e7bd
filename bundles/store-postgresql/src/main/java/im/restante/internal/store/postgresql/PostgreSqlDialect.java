package im.restante.internal.store.postgresql;

import im.restante.store.jdbc.Dialect;
import im.restante.store.jdbc.ServerDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** PostgreSQL's way to fail; its statements are the usual ones. */
class PostgreSqlDialect extends ServerDialect {
    static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final Reason PASSWORD = Reason.password(ConfiguredPostgreSql.PID);
    private static final Reason NOT_LET_IN = new Reason(
            Trouble.CONNECTION,
            "it does not let this machine or user in. See that pg_hba.conf there has a line for them, and that the user"
                    + " exists");
    private static final Reason NO_RIGHT = new Reason(
            Trouble.CONNECTION,
            "the user may not do what is needed. Make it the owner of the database and of its tables (ALTER DATABASE,"
                    + " ALTER TABLE ... OWNER TO)");
    private static final Reason TOO_MANY = new Reason(
            Trouble.CONNECTION, "it takes no more connections. Raise max_connections there, or lower pool-size");
    private static final Reason READ_ONLY = new Reason(
            Trouble.CONNECTION,
            "it is read-only: a standby, or default_transaction_read_only is on. Let url name the server that is not, or"
                    + " make it writable");
    private static final Reason LOCKED = Reason.locked("pg_stat_activity and pg_locks");

    PostgreSqlDialect(String place) {
        super(place);
    }

    @Override
    public List<String> scripts() {
        return Dialect.scriptsBeside(PostgreSqlDialect.class, 2);
    }

    @Override
    public void expectLongStatements(Connection writer, boolean expected) throws SQLException {
        super.expectLongStatements(writer, expected);
        try (Statement statement = writer.createStatement()) {
            statement.execute(
                    "SET LOCAL " + (expected ? "statement_timeout=0" : PostgreSqlConnections.STATEMENT_TIMEOUT));
        }
    }

    @Override
    protected Reason reason(SQLException e) {
        String state = e.getSQLState();
        return switch (state == null ? "" : state) {
            case "28P01" -> PASSWORD;
            case "28000" -> NOT_LET_IN;
            case "42501" -> NO_RIGHT;
            case "3D000" -> Reason.NO_DATABASE;
            case "53300" -> TOO_MANY;
            case "53100" -> Reason.FULL;
            case "25006" -> READ_ONLY;
            case LOCK_NOT_AVAILABLE -> LOCKED;
            case "57014" -> Reason.SILENT; // statement_timeout
            case "57P01", "57P02", "57P03" -> Reason.UNREACHABLE; // it ends, or begins
            case "54000" -> Reason.VALUE; // too large for an index
            default -> Reason.ofState(state);
        };
    }
}
