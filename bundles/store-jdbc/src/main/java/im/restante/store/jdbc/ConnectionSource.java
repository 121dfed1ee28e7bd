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

    /**
     * Whether the last connection that was opened for {@link Purpose#WRITE} proves that no other server is alive on this database, as a
     * lock does that ends with its holder. If not, a start waits some seconds until a server that was there before shows no life.
     */
    default boolean excludesOthers() {
        return false;
    }

    /** The store is closed, and its connections are; gives back what else was held. Nothing is opened any more. */
    default void close() {}
}
