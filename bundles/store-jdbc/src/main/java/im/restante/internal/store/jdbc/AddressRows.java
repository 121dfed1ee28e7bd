package im.restante.internal.store.jdbc;

import im.restante.internal.support.Chunk;
import im.restante.jid.Jid;
import im.restante.store.jdbc.Dialect;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one transaction does with {@code om_user}: makes rows for the addresses behind its keys. */
final class AddressRows {
    private final SqlSession session;
    private final Dialect dialect;
    private final Names names;
    private final Map<Key, Jid> made = new LinkedHashMap<>();
    private final Map<Key, Jid> missing = new LinkedHashMap<>();

    AddressRows(SqlSession session, Dialect dialect, Names names) {
        this.session = session;
        this.dialect = dialect;
        this.names = names;
    }

    /** Those made here; known to be there once the transaction is committed. */
    Map<Key, Jid> made() {
        return made;
    }

    /** A row that is written next has this key. */
    void need(Key key, Jid jid) {
        if (names.get(key) == null && !made.containsKey(key)) {
            missing.put(key, jid);
        }
    }

    /** Makes the rows that are needed and perhaps not there. */
    void write() throws SQLException {
        List<Map.Entry<Key, Jid>> entries = List.copyOf(missing.entrySet());
        for (Chunk chunk : Chunk.of(entries.size(), dialect.rowsPerStatement())) {
            PreparedStatement statement = session.prepare("addresses", chunk.size(), dialect::insertAddresses);
            int at = 1;
            for (Map.Entry<Key, Jid> entry : chunk.of(entries)) {
                statement.setBytes(at++, entry.getKey().bytes());
                statement.setString(at++, entry.getValue().toString());
            }
            statement.executeUpdate();
        }
        made.putAll(missing);
        missing.clear();
    }
}
