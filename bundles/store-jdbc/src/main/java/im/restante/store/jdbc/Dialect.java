package im.restante.store.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What differs between SQL engines. The defaults suit SQLite and PostgreSQL; an engine needs {@code RETURNING} on insert and
 * delete, and a {@code length} that counts the bytes of a stanza. Called by threads of the store; implementations are immutable.
 */
@ConsumerType
public interface Dialect {
    /** What an exception means for the work in hand. */
    enum Trouble {
        /** These rows cannot be written, others can: the writer looks for the culprit by halving its batch. */
        DATA,
        /** The same transaction will probably succeed when begun again at once, as after a deadlock. */
        AGAIN,
        /** Somebody else holds the database, and waiting did not help. */
        BUSY,
        /** No room for anything new; removing still works. */
        FULL,
        /** The connection, or what is behind it, cannot be used. It is closed, and the work begun once more on a new one. */
        CONNECTION
    }

    /** How an operator knows this database, to begin a sentence with: {@code "SQLite file /srv/data/spool.db"}. */
    String place();

    /**
     * The schema, a script per version: the script at index n leads from version n to n + 1. Statements end with a semicolon at
     * the end of a line; a line that begins with {@code --} is a comment. A script once released never changes. Where the engine
     * commits after each {@code CREATE} or {@code ALTER}, every statement must stand being run again. Tables and columns are
     * those that the scripts of {@code store-sqlite} make.
     */
    List<String> scripts();

    /** What {@code e} means. */
    Trouble judge(SQLException e);

    /** What happened and what to do, for the operator: a sentence that follows {@link #place()} and a colon. Never a stanza. */
    String advice(SQLException e);

    /** How many rows one statement may carry, the greatest first; the last one is 1. */
    default int[] rowsPerStatement() {
        return new int[] {64, 16, 4, 1};
    }

    /** Adds n to counters, making those that are missing. Parameters of a row: rcpt, sender, n. {@code RETURNING} may follow it. */
    default String addToCounters(int rows) {
        return "INSERT INTO om_counter(rcpt,sender,n) VALUES " + rows("(?,?,?)", rows)
                + " ON CONFLICT(rcpt,sender) DO UPDATE SET n=om_counter.n+excluded.n";
    }

    /** Adds n and bytes to totals, making those that are missing. Parameters of a row: rcpt, n, bytes. Returns rcpt and the new n and bytes. */
    default String addToTotals(int rows) {
        return "INSERT INTO om_total(rcpt,n,bytes) VALUES " + rows("(?,?,?)", rows)
                + " ON CONFLICT(rcpt) DO UPDATE SET n=om_total.n+excluded.n,bytes=om_total.bytes+excluded.bytes"
                + " RETURNING rcpt,n,bytes";
    }

    /** Makes address rows, leaving alone those that are there. Parameters of a row: jid_h, jid. */
    default String insertAddresses(int rows) {
        return "INSERT INTO om_user(jid_h,jid) VALUES " + rows("(?,?)", rows) + " ON CONFLICT DO NOTHING";
    }

    /**
     * Begins a transaction on the writer's connection. It must be safe from other writers from its first statement on, which is an
     * {@code UPDATE} of one row.
     */
    default void begin(Connection writer) throws SQLException {
        writer.setAutoCommit(false);
    }

    /** Commits. On return a crash loses nothing of it. */
    default void commit(Connection writer) throws SQLException {
        writer.commit();
    }

    /** Undoes the transaction. When this fails the connection is given up. */
    default void rollback(Connection writer) throws SQLException {
        writer.rollback();
    }

    /** Called around a script of {@link #scripts()} that will be run: its statements may take minutes. */
    default void expectLongStatements(Connection writer, boolean expected) throws SQLException {}

    /** The resources {@code schema-1.sql} and so on that stand beside {@code engine}, for {@link #scripts()}. */
    static List<String> scriptsBeside(Class<?> engine, int versions) {
        return IntStream.rangeClosed(1, versions)
                .mapToObj(version -> {
                    try (InputStream in = engine.getResourceAsStream("schema-" + version + ".sql")) {
                        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    /** {@code row} as often as needed, with commas. */
    static String rows(String row, int rows) {
        return String.join(",", java.util.Collections.nCopies(rows, row));
    }
}
