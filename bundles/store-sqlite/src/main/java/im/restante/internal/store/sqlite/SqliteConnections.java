package im.restante.internal.store.sqlite;

import im.restante.store.jdbc.ConnectionSource;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.sqlite.JDBC;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Connections to one file: a write-ahead log, synced at every commit. No second server gets one that writes. */
class SqliteConnections implements ConnectionSource {
    /** Pages of 4 KiB in the log before they go into the file: 16 MiB. Fewer syncs than the stock 1,000; it is read again at start. */
    private static final int CHECKPOINT_PAGES = 4_000;
    /** What the log's file may keep of a peak. */
    private static final int LOG_BYTES = 64 << 20;
    /** KiB of page cache; the system's own cache has the rest. */
    private static final int WRITER_CACHE = 4_096;

    private static final int READER_CACHE = 512;

    private final Path file;
    private final int busyMillis;
    private final ServerLock lock;
    /** Since a full disk had no room for the file that holds the log's index; then no other program can read ours. */
    private volatile boolean indexInHeap;

    /** @param busyMillis how long a change waits for another program's lock; less than a verdict may take */
    SqliteConnections(Path file, int busyMillis) {
        this.file = file;
        this.busyMillis = busyMillis;
        this.lock = new ServerLock(file.toAbsolutePath());
    }

    @Override
    public Connection open(Purpose purpose) throws SQLException {
        boolean writer = purpose == Purpose.WRITE;
        if (writer) {
            makeFile();
            lock.take();
        }
        try {
            return open(writer);
        } catch (SQLiteException e) {
            if (!writer || indexInHeap || e.getResultCode() != SQLiteErrorCode.SQLITE_IOERR_SHMSIZE) {
                throw e;
            }
            indexInHeap = true;
            try {
                return open(true);
            } catch (SQLException also) { // a system without that way
                indexInHeap = false;
                e.addSuppressed(also);
                throw e;
            }
        }
    }

    private Connection open(boolean writer) throws SQLException {
        Connection connection =
                connect(indexInHeap ? "file:" + file.toUri().getRawPath() + "?vfs=unix-excl" : file.toString());
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout=" + busyMillis);
            if (writer) {
                useLog(statement);
                statement.execute("PRAGMA synchronous=FULL");
                statement.execute("PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES);
                statement.execute("PRAGMA journal_size_limit=" + LOG_BYTES);
            } else {
                statement.execute("PRAGMA query_only=ON");
            }
            statement.execute("PRAGMA foreign_keys=OFF");
            statement.execute("PRAGMA temp_store=MEMORY");
            statement.execute("PRAGMA cache_size=-" + (writer ? WRITER_CACHE : READER_CACHE));
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Tests make it fail. */
    Connection connect(String name) throws SQLException {
        return JDBC.createConnection(JDBC.PREFIX + name, new Properties());
    }

    @Override
    public boolean excludesOthers() {
        return true;
    }

    @Override
    public void close() {
        lock.release();
    }

    private static void useLog(Statement statement) throws SQLException {
        try (ResultSet mode = statement.executeQuery("PRAGMA journal_mode=WAL")) {
            if (!mode.next() || !"wal".equalsIgnoreCase(mode.getString(1))) {
                throw new SQLException(
                        "the file system cannot hold a write-ahead log (a network share?). Choose a local one");
            }
        }
    }

    /** So that only the server's user may read it; the files beside it inherit that. */
    private void makeFile() throws SQLException {
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
        } catch (FileAlreadyExistsException e) {
            // as nearly always
        } catch (IOException e) {
            throw new SQLiteException(
                    e.toString(),
                    e.toString().contains("No space left")
                            ? SQLiteErrorCode.SQLITE_FULL
                            : SQLiteErrorCode.SQLITE_CANTOPEN);
        }
    }
}
