package im.restante.internal.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Keeps a second server away from a database file: a lock of the operating system on a file beside it, which ends with its process,
 * however that ends. In the file stands who holds it. Not on the database file itself, where SQLite's own locks are.
 */
final class ServerLock {
    private static final Logger LOG = LoggerFactory.getLogger(ServerLock.class);
    private static final int LONGEST_NAME = 200;

    /** Another server has it. The message is what an operator needs to know. */
    static final class Taken extends SQLException {
        private static final long serialVersionUID = 1L;

        Taken(String holder) {
            super("another server uses it (" + holder + "). Stop that one, or give this one a file of its own");
        }
    }

    private final Path file;
    private FileChannel channel;

    /** @param database file beside which the lock is */
    ServerLock(Path database) {
        this.file = database.resolveSibling(database.getFileName() + "-lock");
    }

    /** Takes it, unless it is held already. */
    synchronized void take() throws SQLException {
        if (channel != null) {
            return;
        }
        FileChannel opened = null;
        try {
            opened = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock(opened) == null) {
                throw new Taken(Files.readString(file, UTF_8).strip());
            }
            sign(opened);
            channel = opened;
        } catch (IOException e) {
            throw new SQLiteException(e.toString(), SQLiteErrorCode.SQLITE_CANTOPEN);
        } finally {
            if (channel == null) {
                close(opened);
            }
        }
    }

    /** For the second server only: a full disk may leave it out. */
    private static void sign(FileChannel opened) {
        byte[] name = ("process " + ProcessHandle.current().pid()).getBytes(UTF_8);
        try {
            opened.truncate(0);
            opened.write(ByteBuffer.wrap(name, 0, Math.min(LONGEST_NAME, name.length)));
        } catch (IOException e) {
            LOG.debug("the lock does not tell who holds it: {}", e.toString());
        }
    }

    /** Null if another process, or another store of this one, has it. */
    private static FileLock lock(FileChannel opened) throws IOException {
        try {
            return opened.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    synchronized void release() {
        close(channel);
        channel = null;
    }

    private static void close(FileChannel opened) {
        try {
            if (opened != null) {
                opened.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("closing a file that was only locked", e);
        }
    }
}
