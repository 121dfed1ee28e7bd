package im.restante.internal.store.jdbc;

import im.restante.account.Note;
import im.restante.internal.support.Chunk;
import im.restante.jid.Jid;
import im.restante.store.jdbc.Dialect;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * What one transaction does with {@code us_out}, what the users of this partition owe others, and {@code us_in}, up to which number a
 * user has what others owe it. Numbers are those of {@link OwedRows}.
 */
final class NoteRows {
    private final SqlSession session;
    private final Dialect dialect;
    private final OwedRows numbers;

    NoteRows(SqlSession session, Dialect dialect, OwedRows numbers) {
        this.session = session;
        this.dialect = dialect;
        this.numbers = numbers;
    }

    /** Notes what is owed, each with the next number. */
    void insert(List<Note> notes) throws SQLException {
        for (Chunk chunk : Chunk.of(notes.size(), dialect.rowsPerStatement())) {
            PreparedStatement statement = session.prepare("notes", chunk.size(), Sql::insertNotes);
            int at = 1;
            for (Note note : chunk.of(notes)) {
                statement.setInt(at++, Partition.PART);
                statement.setLong(at++, numbers.number());
                statement.setString(at++, note.from().toString());
                statement.setString(at++, note.to().toString());
                statement.setString(at++, note.text());
            }
            statement.executeUpdate();
            statement.clearParameters(); // or it would hold the texts until its next use
        }
    }

    /** Whether nothing up to this number is decided yet for the user; if so, it is from here on. */
    boolean decide(Jid user, int from, long number) throws SQLException {
        byte[] key = Key.of(user).bytes();
        PreparedStatement query = session.prepare(Sql.DECIDED_FOR_USER);
        query.setBytes(1, key);
        query.setInt(2, from);
        boolean isFirst;
        try (ResultSet row = query.executeQuery()) {
            isFirst = !row.next();
            if (!isFirst && row.getLong(1) >= number) {
                return false;
            }
        }
        PreparedStatement update = session.prepare(isFirst ? Sql.FIRST_DECIDED_FOR_USER : Sql.DECIDE_FOR_USER);
        update.setLong(1, number);
        update.setBytes(2, key);
        update.setInt(3, from);
        update.executeUpdate();
        return true;
    }

    /** Decides all that this partition owes the user so far: it is gone, and who has the name next shall not get it. */
    void decideAll(Jid user) throws SQLException {
        if (numbers.numbered() > 0) {
            decide(user, Partition.PART, numbers.numbered());
        }
    }
}
