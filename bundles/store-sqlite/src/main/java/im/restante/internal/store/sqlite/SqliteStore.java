package im.restante.internal.store.sqlite;

import im.restante.store.jdbc.ConnectionSource;
import im.restante.store.jdbc.SqlStore;
import java.nio.file.Path;
import java.util.Optional;

/** A store in one file, with or without a usable file; what fails says why. */
public final class SqliteStore extends SqlStore {
    static final String STORE_ID = "sqlite";

    /** Well below what a verdict may take ({@code store-timeout-seconds}). */
    static final int BUSY_MILLIS = 4_000;

    private final Path directory;

    SqliteStore(Path file, ConnectionSource connections) {
        super(STORE_ID, new SqliteDialect(file), connections);
        directory = file.toAbsolutePath().getParent();
    }

    /** What tests call. */
    SqliteStore(Path file, int busyMillis) {
        this(file, new SqliteConnections(file, busyMillis));
    }

    /** A store without a framework around it, not yet started. */
    public static SqliteStore at(Path file) {
        return new SqliteStore(file, BUSY_MILLIS);
    }

    @Override
    public Optional<Path> directory() {
        return Optional.of(directory);
    }
}
