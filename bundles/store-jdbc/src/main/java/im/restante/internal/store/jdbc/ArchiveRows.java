package im.restante.internal.store.jdbc;

import im.restante.internal.store.jdbc.Operation.Copy;
import im.restante.internal.store.jdbc.Operation.Unarchiving;
import im.restante.internal.support.Checksum;
import im.restante.internal.support.Chunk;
import im.restante.store.ArchivedMessage;
import im.restante.store.jdbc.Dialect;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one transaction does with {@code ar_message}, the archives. A message that waits and is archived in one step has its bytes there
 * only; its row in {@code om_message} says so in the column {@code archived}, and gets them back before the copy is removed.
 */
final class ArchiveRows {
    private final SqlSession session;
    private final Dialect dialect;
    private final long largestBefore;
    private final boolean doubtful;

    /** Those put in by this transaction: what it asks the table about cannot be one of them, unless it says so here. */
    private final Set<MessageKey> added = new HashSet<>();

    /**
     * @param largestBefore ids above it are not in the table, so nothing is asked about them
     * @param doubtful      ask about every id, whatever is believed
     */
    ArchiveRows(SqlSession session, Dialect dialect, long largestBefore, boolean doubtful) {
        this.session = session;
        this.dialect = dialect;
        this.largestBefore = largestBefore;
        this.doubtful = doubtful;
    }

    /** Adds those that are not there yet, each once. Their addresses have rows. @return where they are */
    Set<MessageKey> insert(List<Copy> copies) throws SQLException {
        List<Copy> rows = new ArrayList<>(copies.size());
        Set<MessageKey> keys = new HashSet<>();
        for (Copy copy : copies) {
            MessageKey key = MessageKey.of(copy);
            if (!added.contains(key) && !isThere(key)) {
                added.add(key);
                keys.add(key);
                rows.add(copy);
            }
        }
        for (Chunk chunk : Chunk.of(rows.size(), dialect.rowsPerStatement())) {
            PreparedStatement statement = session.prepare("archived", chunk.size(), Sql::insertArchived);
            int at = 1;
            for (Copy copy : chunk.of(rows)) {
                ArchivedMessage message = copy.message();
                statement.setLong(at++, message.id());
                statement.setBytes(at++, copy.owner().bytes());
                statement.setBytes(at++, copy.peer().bytes());
                if (message.peer().resource() == null) {
                    statement.setNull(at++, Types.VARCHAR);
                } else {
                    statement.setString(at++, message.peer().resource());
                }
                statement.setLong(at++, Transaction.millis(message.receivedAt()));
                statement.setInt(at++, message.sizeBytes());
                statement.setInt(at++, Checksum.of(message.stanza()));
                statement.setBytes(at++, message.stanza());
            }
            statement.executeUpdate();
            statement.clearParameters(); // or it would hold the stanzas until its next use
        }
        return keys;
    }

    private boolean isThere(MessageKey key) throws SQLException {
        if (key.id() > largestBefore && !doubtful) {
            return false;
        }
        PreparedStatement query = session.prepare(Sql.HAS_ARCHIVED);
        query.setLong(1, key.id());
        query.setBytes(2, key.owner().bytes());
        try (ResultSet row = query.executeQuery()) {
            return row.next();
        }
    }

    void remove(Unarchiving removal) throws SQLException {
        List<Long> ids = ArchiveReads.ids(session, removal.archive, removal.query, Unarchiving.MOST);
        removal.result(remove(removal.owner, ids));
    }

    private long remove(Key owner, List<Long> ids) throws SQLException {
        long removed = 0;
        for (Chunk chunk : Chunk.of(ids.size(), dialect.rowsPerStatement())) {
            PreparedStatement back = session.prepare("stanzas back", chunk.size(), Sql::returnStanzas);
            set(back, owner, chunk.of(ids));
            back.executeUpdate();
            PreparedStatement delete = session.prepare("unarchived", chunk.size(), Sql::deleteArchived);
            set(delete, owner, chunk.of(ids));
            removed += delete.executeUpdate();
        }
        ids.forEach(id -> added.remove(new MessageKey(owner, id)));
        return removed;
    }

    private static void set(PreparedStatement statement, Key owner, List<Long> ids) throws SQLException {
        int at = 1;
        statement.setBytes(at++, owner.bytes());
        for (Long id : ids) {
            statement.setLong(at++, id);
        }
    }

    /** Moves a row that cannot be read into quarantine. */
    Void setAside(Key owner, long id, String reason) throws SQLException {
        PreparedStatement copy = session.prepare(Sql.QUARANTINE_ARCHIVED);
        copy.setString(1, reason);
        copy.setLong(2, id);
        copy.setBytes(3, owner.bytes());
        copy.executeUpdate();
        remove(owner, List.of(id));
        return null;
    }
}
