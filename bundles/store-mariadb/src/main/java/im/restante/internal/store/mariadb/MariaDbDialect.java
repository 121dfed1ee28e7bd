package im.restante.internal.store.mariadb;

import im.restante.store.jdbc.Dialect;
import im.restante.store.jdbc.ServerDialect;
import java.sql.SQLException;
import java.util.List;
import org.mariadb.jdbc.export.MaxAllowedPacketException;

/** MariaDB's way to fail, and the statements that are spelt differently there. */
class MariaDbDialect extends ServerDialect {
    private static final Reason PASSWORD = Reason.password(ConfiguredMariaDb.PID);
    private static final Reason NO_RIGHT = new Reason(
            Trouble.CONNECTION,
            "the user may not do what is needed. GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX on the"
                    + " database to it");
    private static final Reason TOO_MANY = new Reason(
            Trouble.CONNECTION,
            "it takes no more connections. Raise max_connections or max_user_connections there, or lower pool-size");
    private static final Reason READ_ONLY = new Reason(
            Trouble.CONNECTION,
            "it is read-only. Make it writable (SET GLOBAL read_only=OFF), or let url name the server that is");
    private static final Reason LOCKED = Reason.locked("SHOW PROCESSLIST");
    private static final Reason PACKET = new Reason(
            Trouble.DATA,
            "a message is larger than it takes. Raise max_allowed_packet there to 16M, or to four times"
                    + " max-stanza-bytes if that is more");
    /** Its message may show a part of the statement. */
    private static final Reason STATEMENT =
            new Reason(Trouble.CONNECTION, "it does not understand a statement. Is it MariaDB 10.5 or later?");

    MariaDbDialect(String place) {
        super(place);
    }

    @Override
    public List<String> scripts() {
        return Dialect.scriptsBeside(MariaDbDialect.class, 5);
    }

    @Override
    public String addToCounters(int rows) {
        return "INSERT INTO om_counter(rcpt,sender,n) VALUES " + Dialect.rows("(?,?,?)", rows)
                + " ON DUPLICATE KEY UPDATE n=n+VALUES(n)";
    }

    @Override
    public String addToTotals(int rows) {
        return "INSERT INTO om_total(rcpt,n,bytes) VALUES " + Dialect.rows("(?,?,?)", rows)
                + " ON DUPLICATE KEY UPDATE n=n+VALUES(n),bytes=bytes+VALUES(bytes) RETURNING rcpt,n,bytes";
    }

    @Override
    public String insertAddresses(int rows) {
        return "INSERT INTO om_user(jid_h,jid) VALUES " + Dialect.rows("(?,?)", rows)
                + " ON DUPLICATE KEY UPDATE jid_h=jid_h";
    }

    @Override
    protected Reason reason(SQLException e) {
        if (e.getCause() instanceof MaxAllowedPacketException) {
            return PACKET;
        }
        return switch (e.getErrorCode()) {
            case 1045, 1698, 1862 -> PASSWORD;
            case 1044, 1142, 1143, 1227, 1370 -> NO_RIGHT;
            case 1049 -> Reason.NO_DATABASE;
            case 1040, 1203, 1226 -> TOO_MANY;
            case 1290, 1792, 1836, 4047 -> READ_ONLY;
            case 3, 1021, 1026, 1114 -> Reason.FULL;
            case 1030 -> e.getMessage().contains("error 28") ? Reason.FULL : Reason.OTHER; // the system's ENOSPC
            case 1205 -> LOCKED;
            case 1213, 1020 -> Reason.DEADLOCK;
            case 1153 -> PACKET;
            case 1064 -> STATEMENT;
            default -> Reason.ofState(e.getSQLState());
        };
    }
}
