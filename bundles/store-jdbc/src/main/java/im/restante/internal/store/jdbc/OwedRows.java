package im.restante.internal.store.jdbc;

import im.restante.internal.store.jdbc.Operation.Append;
import im.restante.internal.store.jdbc.Operation.TakeOwed;
import im.restante.internal.support.Chunk;
import im.restante.store.jdbc.Dialect;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What one transaction does with {@code om_out}, the messages this partition owes, and {@code om_in}, up to which number it has taken
 * those that another owes; and what is done with every {@link OwedTable}. The first statement of the transaction has locked the partition, so numbers are committed in their order.
 */
final class OwedRows {
    private final SqlSession session;
    private final Dialect dialect;
    private final long numberedBefore;
    private long numbered;

    /** @param numbered the largest number given so far */
    OwedRows(SqlSession session, Dialect dialect, long numbered) {
        this.session = session;
        this.dialect = dialect;
        this.numberedBefore = numbered;
        this.numbered = numbered;
    }

    /** The largest number given so far. */
    long numbered() {
        return numbered;
    }

    /** The next number. */
    long number() {
        return ++numbered;
    }

    /** Notes messages as owed, each with the next number. */
    void insert(List<Append> rows) throws SQLException {
        for (Chunk chunk : Chunk.of(rows.size(), dialect.rowsPerStatement())) {
            PreparedStatement statement = session.prepare("owed", chunk.size(), Sql::insertOwed);
            int at = 1;
            for (Append row : chunk.of(rows)) {
                at = Transaction.set(statement, at, row, row.message.stanza());
                statement.setInt(at++, Partition.PART);
                statement.setLong(at++, number());
            }
            statement.executeUpdate();
            statement.clearParameters(); // or it would hold the stanzas until its next use
        }
    }

    /** Those that are to be stored: their numbers are above the one that was decided last, which is then the largest of them. */
    List<Append> undecided(TakeOwed take) throws SQLException {
        take.result(null);
        long decided = decided(take.from);
        long last = decided;
        List<Append> rows = new ArrayList<>();
        for (int i = 0; i < take.each.size(); i++) {
            long number = take.numbers.get(i);
            if (number > decided) {
                rows.add(take.each.get(i));
                last = Math.max(last, number);
            }
        }
        if (last > decided && !decide(Sql.DECIDE, take.from, last)) {
            decide(Sql.FIRST_DECIDED, take.from, last);
        }
        return rows;
    }

    private long decided(int from) throws SQLException {
        PreparedStatement query = session.prepare(Sql.DECIDED);
        query.setInt(1, Partition.PART);
        query.setInt(2, from);
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** Whether there was a row. */
    private boolean decide(String sql, int from, long number) throws SQLException {
        PreparedStatement update = session.prepare(sql);
        update.setLong(1, number);
        update.setInt(2, Partition.PART);
        update.setInt(3, from);
        return update.executeUpdate() == 1;
    }

    /** Removes rows of what this partition owes. */
    Void forget(OwedTable table, List<Long> numbers) throws SQLException {
        delete(table, numbers);
        return null;
    }

    private void delete(OwedTable table, List<Long> numbers) throws SQLException {
        for (Chunk chunk : Chunk.of(numbers.size(), dialect.rowsPerStatement())) {
            PreparedStatement statement = session.prepare(table.name() + " owed no more", chunk.size(), table::delete);
            int at = 1;
            statement.setInt(at++, Partition.PART);
            for (Long number : chunk.of(numbers)) {
                statement.setLong(at++, number);
            }
            statement.executeUpdate();
        }
    }

    /** Moves a row of what is owed that cannot be read into quarantine. */
    Void setAside(OwedTable table, long number, String reason) throws SQLException {
        PreparedStatement copy = session.prepare(table.quarantine());
        copy.setString(1, reason);
        copy.setInt(2, Partition.PART);
        copy.setLong(3, number);
        copy.executeUpdate();
        delete(table, List.of(number));
        return null;
    }

    /** The last statement, if numbers were given. */
    void end() throws SQLException {
        if (numbered != numberedBefore) {
            PreparedStatement update = session.prepare(Sql.COUNT_OWED);
            update.setLong(1, numbered);
            update.setInt(2, Partition.PART);
            update.executeUpdate();
        }
    }
}
