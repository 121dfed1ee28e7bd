package im.restante.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.osgi.annotation.versioning.ConsumerType;

/** Opens connections for an {@link SqlStore}: one for its writer, one for each reader. */
@ConsumerType
@FunctionalInterface
public interface ConnectionSource {
    /** What a connection will be used for, by one thread at a time. */
    enum Purpose {
        /** All changes. There is one such connection. */
        WRITE,
        /** Queries, in auto-commit mode. */
        READ
    }

    /**
     * A new connection, ready for use. Called by threads of the store, again and again until it succeeds; it may block for some
     * seconds.
     */
    Connection open(Purpose purpose) throws SQLException;
}
