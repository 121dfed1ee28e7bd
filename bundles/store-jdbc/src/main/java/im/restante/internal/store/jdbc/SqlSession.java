package im.restante.internal.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection with its prepared statements, used by one thread. */
public final class SqlSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SqlSession.class);

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private final Map<Shape, PreparedStatement> shaped = new HashMap<>();

    /** A statement for several rows. */
    private record Shape(String name, int rows) {}

    SqlSession(Connection connection) {
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    /** The statement for {@code sql}, prepared once; not to be closed by the caller. The texts in use are few and fixed. */
    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        return statement;
    }

    /** The statement for this many rows, made and prepared once; not to be closed by the caller. */
    PreparedStatement prepare(String name, int rows, IntFunction<String> sql) throws SQLException {
        Shape shape = new Shape(name, rows);
        PreparedStatement statement = shaped.get(shape);
        if (statement == null) {
            statement = connection.prepareStatement(sql.apply(rows));
            shaped.put(shape, statement);
        }
        return statement;
    }

    /** Closes the connection, and with it its statements. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("closing a connection", e);
        }
    }
}
