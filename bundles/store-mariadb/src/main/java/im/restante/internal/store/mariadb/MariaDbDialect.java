package im.restante.internal.store.mariadb;

import im.restante.store.jdbc.Dialect;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.mariadb.jdbc.export.MaxAllowedPacketException;

/** MariaDB's way to fail, and the statements that are spelt differently there. */
class MariaDbDialect implements Dialect {
    private final String place;
    /** In milliseconds, as it was before it was lifted. */
    private final AtomicInteger socketTimeout = new AtomicInteger();

    /** @param place how an operator knows the database */
    MariaDbDialect(String place) {
        this.place = place;
    }

    @Override
    public String place() {
        return place;
    }

    @Override
    public List<String> scripts() {
        return List.of(script("schema-1.sql"), script("schema-2.sql"), script("schema-3.sql"), script("schema-4.sql"));
    }

    private static String script(String name) {
        try (InputStream in = MariaDbDialect.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String addToCounters(int rows) {
        return "INSERT INTO om_counter(rcpt,sender,n) VALUES " + Dialect.rows("(?,?,?)", rows)
                + " ON DUPLICATE KEY UPDATE n=n+VALUES(n) RETURNING rcpt,sender,n";
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
    public void expectLongStatements(Connection writer, boolean expected) throws SQLException {
        if (expected) {
            socketTimeout.set(writer.getNetworkTimeout());
        }
        writer.setNetworkTimeout(Runnable::run, expected ? 0 : socketTimeout.get());
    }

    @Override
    public Trouble judge(SQLException e) {
        return Reason.of(e).trouble;
    }

    @Override
    public String advice(SQLException e) {
        Reason reason = Reason.of(e);
        if (reason == Reason.OURS) {
            return e.getMessage();
        }
        String code = " (error " + e.getErrorCode() + ", SQLSTATE " + e.getSQLState() + ")";
        return reason.advice == null ? "unexpected error: " + e.getMessage() + code : reason.advice + code;
    }

    /** A database that answers but cannot be used; the message is the advice. */
    static final class Refusal extends SQLException {
        private static final long serialVersionUID = 1L;

        Refusal(String advice) {
            super(advice);
        }
    }

    private enum Reason {
        OURS(Trouble.CONNECTION, null),
        UNREACHABLE(
                Trouble.CONNECTION,
                "it cannot be reached, or the connection was lost. See that the server runs, and that host and port in"
                        + " url are right; nothing else is needed"),
        SILENT(Trouble.BUSY, "it does not answer in time. See what the server, its disk and the network are doing"),
        PASSWORD(
                Trouble.CONNECTION,
                "it refuses the user or the password. Set user and .password in " + ConfiguredMariaDb.PID),
        NO_RIGHT(
                Trouble.CONNECTION,
                "the user may not do what is needed. GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX on the"
                        + " database to it"),
        NO_DATABASE(Trouble.CONNECTION, "there is no such database. Create it, or mend url"),
        TOO_MANY(
                Trouble.CONNECTION,
                "it takes no more connections. Raise max_connections or max_user_connections there, or lower pool-size"),
        READ_ONLY(
                Trouble.CONNECTION,
                "it is read-only. Make it writable (SET GLOBAL read_only=OFF), or let url name the server that is"),
        FULL(Trouble.FULL, "its disk is full, nothing can be stored. Make room there; nothing else is needed"),
        LOCKED(
                Trouble.BUSY,
                "another program holds its rows or tables locked (a backup, a transaction left open). Look at SHOW"
                        + " PROCESSLIST there; nothing else is needed"),
        DEADLOCK(Trouble.AGAIN, "another program changes the same rows. No other program should write to these tables"),
        PACKET(
                Trouble.DATA,
                "a message is larger than it takes. Raise max_allowed_packet there to 16M, or to four times"
                        + " max-stanza-bytes if that is more"),
        // Its message may show a part of the value.
        VALUE(Trouble.DATA, "it does not take a value"),
        // Its message may show a part of the statement.
        STATEMENT(Trouble.CONNECTION, "it does not understand a statement. Is it MariaDB 10.5 or later?"),
        OTHER(Trouble.CONNECTION, null);

        private final Trouble trouble;
        private final String advice;

        Reason(Trouble trouble, String advice) {
            this.trouble = trouble;
            this.advice = advice;
        }

        static Reason of(SQLException e) {
            if (e instanceof Refusal) {
                return OURS;
            }
            if (e.getCause() instanceof MaxAllowedPacketException) {
                return PACKET;
            }
            if (e.getCause() instanceof InterruptedIOException) {
                return SILENT;
            }
            return switch (e.getErrorCode()) {
                case 1045, 1698, 1862 -> PASSWORD;
                case 1044, 1142, 1143, 1227, 1370 -> NO_RIGHT;
                case 1049 -> NO_DATABASE;
                case 1040, 1203, 1226 -> TOO_MANY;
                case 1290, 1792, 1836, 4047 -> READ_ONLY;
                case 3, 1021, 1026, 1114 -> FULL;
                case 1030 -> e.getMessage().contains("error 28") ? FULL : OTHER; // the system's ENOSPC
                case 1205 -> LOCKED;
                case 1213, 1020 -> DEADLOCK;
                case 1153 -> PACKET;
                case 1064 -> STATEMENT;
                default -> byState(e.getSQLState());
            };
        }

        private static Reason byState(String state) {
            return switch (state == null ? "" : state.substring(0, Math.min(2, state.length()))) {
                case "08" -> UNREACHABLE;
                case "22", "23" -> VALUE;
                case "40" -> DEADLOCK;
                default -> OTHER;
            };
        }
    }
}
