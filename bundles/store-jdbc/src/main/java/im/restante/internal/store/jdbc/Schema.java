package im.restante.internal.store.jdbc;

import im.restante.store.StoreException;
import im.restante.store.jdbc.Dialect;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a database to the version this code knows. Each script and its version number are one transaction, where the engine can do that. */
final class Schema {
    private static final Logger LOG = LoggerFactory.getLogger(Schema.class);

    private final Dialect dialect;

    Schema(Dialect dialect) {
        this.dialect = dialect;
    }

    void bringUpToDate(Connection connection) throws SQLException, StoreException {
        List<String> scripts = dialect.scripts();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS om_version(version INTEGER NOT NULL)");
            int version = version(statement);
            if (version > scripts.size()) {
                throw StoreException.nothingChanged(dialect.place() + ": its schema version " + version
                        + " was made by a newer Restante, this one knows up to " + scripts.size()
                        + ". Nothing was changed. Run the newer program, or restore a copy from before the update");
            }
            if (version > 0 && version < scripts.size()) {
                LOG.info("{}: bringing its tables from version {} to {}", dialect.place(), version, scripts.size());
            }
            while (version < scripts.size()) {
                dialect.expectLongStatements(connection, true);
                for (String sql : statements(scripts.get(version))) {
                    statement.executeUpdate(sql);
                }
                dialect.expectLongStatements(connection, false);
                statement.executeUpdate("DELETE FROM om_version");
                version++;
                statement.executeUpdate("INSERT INTO om_version(version) VALUES (" + version + ")");
                connection.commit();
            }
            connection.commit();
        }
    }

    private static int version(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT version FROM om_version")) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    static List<String> statements(String script) {
        List<String> statements = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        for (String line : script.lines().toList()) {
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("--")) {
                continue;
            }
            boolean last = text.endsWith(";");
            current.append(last ? text.substring(0, text.length() - 1) : text).append('\n');
            if (last) {
                statements.add(current.toString());
                current.setLength(0);
            }
        }
        if (!current.isEmpty()) {
            throw new IllegalArgumentException("a schema script ends inside a statement: " + current);
        }
        return statements;
    }
}
