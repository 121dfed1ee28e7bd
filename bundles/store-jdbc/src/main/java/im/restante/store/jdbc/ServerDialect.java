package im.restante.store.jdbc;

import java.io.InterruptedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.annotation.versioning.ConsumerType;

/** What dialects of databases on a server have in common: an engine says the {@link Reason} of an exception. */
@ConsumerType
public abstract class ServerDialect implements Dialect {
    private final String place;
    /** In milliseconds, as it was before it was lifted. */
    private final AtomicInteger socketTimeout = new AtomicInteger();

    /** @param place how an operator knows the database */
    protected ServerDialect(String place) {
        this.place = place;
    }

    /** Why {@code e} was thrown, which is neither a {@link Refusal} nor a time-out of the driver. */
    protected abstract Reason reason(SQLException e);

    @Override
    public final String place() {
        return place;
    }

    /** The driver waits for an answer as long as it takes. */
    @Override
    public void expectLongStatements(Connection writer, boolean expected) throws SQLException {
        if (expected) {
            socketTimeout.set(writer.getNetworkTimeout());
        }
        writer.setNetworkTimeout(Runnable::run, expected ? 0 : socketTimeout.get());
    }

    @Override
    public final Trouble judge(SQLException e) {
        return e instanceof Refusal ? Trouble.CONNECTION : anyReason(e).trouble();
    }

    @Override
    public final String advice(SQLException e) {
        if (e instanceof Refusal) {
            return e.getMessage();
        }
        String code = " (" + (e.getErrorCode() == 0 ? "" : "error " + e.getErrorCode() + ", ") + "SQLSTATE "
                + e.getSQLState() + ")";
        String advice = anyReason(e).advice();
        return advice == null ? "unexpected error: " + e.getMessage() + code : advice + code;
    }

    private Reason anyReason(SQLException e) {
        return e.getCause() instanceof InterruptedIOException ? Reason.SILENT : reason(e);
    }

    /** A database that answers but cannot be used; the message is the advice. */
    public static final class Refusal extends SQLException {
        private static final long serialVersionUID = 1L;

        public Refusal(String advice) {
            super(advice);
        }
    }

    /**
     * Why something failed.
     *
     * @param advice for the operator, as {@link Dialect#advice}, without the code of the error; null: there is none, so that the
     *     exception's own text is told, which must not show a value then
     */
    public record Reason(Trouble trouble, String advice) {
        public static final Reason UNREACHABLE = new Reason(
                Trouble.CONNECTION,
                "it cannot be reached, or the connection was lost. See that the server runs, and that host and port in"
                        + " url are right; nothing else is needed");
        public static final Reason SILENT = new Reason(
                Trouble.BUSY, "it does not answer in time. See what the server, its disk and the network are doing");
        public static final Reason NO_DATABASE =
                new Reason(Trouble.CONNECTION, "there is no such database. Create it, or mend url");
        public static final Reason FULL = new Reason(
                Trouble.FULL, "its disk is full, nothing can be stored. Make room there; nothing else is needed");
        public static final Reason DEADLOCK = new Reason(
                Trouble.AGAIN, "another program changes the same rows. No other program should write to these tables");
        /** Its message may show a part of the value. */
        public static final Reason VALUE = new Reason(Trouble.DATA, "it does not take a value");

        public static final Reason OTHER = new Reason(Trouble.CONNECTION, null);

        /** By the class of an SQLSTATE, which the standard gives. @param state may be null */
        public static Reason ofState(String state) {
            return switch (state == null ? "" : state.substring(0, Math.min(2, state.length()))) {
                case "08" -> UNREACHABLE;
                case "22", "23" -> VALUE;
                case "40" -> DEADLOCK;
                default -> OTHER;
            };
        }

        /** The user or the password is wrong. @param pid whose configuration has them */
        public static Reason password(String pid) {
            return new Reason(
                    Trouble.CONNECTION, "it refuses the user or the password. Set user and .password in " + pid);
        }

        /** Rows or tables are locked. @param where an operator looks for who does that */
        public static Reason locked(String where) {
            return new Reason(
                    Trouble.BUSY,
                    "another program holds its rows or tables locked (a backup, a transaction left open). Look at "
                            + where + " there; nothing else is needed");
        }
    }
}
