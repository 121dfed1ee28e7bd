package im.restante.internal.store.sqlite;

import im.restante.store.jdbc.Dialect;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** SQLite's way to lock and to fail. */
class SqliteDialect implements Dialect {
    private static final String FULL =
            "the disk is full, nothing can be stored. Make room on its file system; nothing else is needed";

    private final Path file;

    SqliteDialect(Path file) {
        this.file = file;
    }

    @Override
    public String place() {
        return "SQLite file " + file;
    }

    @Override
    public List<String> scripts() {
        return Dialect.scriptsBeside(SqliteDialect.class, 6);
    }

    @Override
    public Trouble judge(SQLException e) {
        if (!(e instanceof SQLiteException sqlite)) {
            return Trouble.DATA;
        }
        SQLiteErrorCode code = sqlite.getResultCode();
        if (code == SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT || code == SQLiteErrorCode.SQLITE_BUSY_RECOVERY) {
            return Trouble.AGAIN;
        }
        if (hasNoRoom(code)) {
            return Trouble.FULL;
        }
        return switch (primary(code)) {
            case SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH, SQLITE_RANGE -> Trouble.DATA;
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL -> Trouble.BUSY;
            case SQLITE_FULL -> Trouble.FULL;
            default -> Trouble.CONNECTION;
        };
    }

    @Override
    public String advice(SQLException e) {
        if (e instanceof ServerLock.Taken) {
            return e.getMessage();
        }
        if (!(e instanceof SQLiteException sqlite)) {
            return "unexpected error: " + e.getMessage();
        }
        SQLiteErrorCode code = sqlite.getResultCode();
        String text = hasNoRoom(code)
                ? FULL
                : switch (primary(code)) {
                    case SQLITE_FULL -> FULL;
                    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL ->
                        "another program holds it locked. Close that program (a database browser, a backup, a second"
                                + " server); nothing else is needed";
                    case SQLITE_CORRUPT, SQLITE_NOTADB ->
                        "it is damaged or not a database. Stop the server and keep a copy of the file, with its -wal"
                                + " beside it; then restore a backup, or try: sqlite3 FILE .recover";
                    case SQLITE_READONLY, SQLITE_PERM ->
                        "it may not be written. Give the server's user write access to the file and its directory, and"
                                + " see that the file system is not mounted read-only";
                    case SQLITE_CANTOPEN ->
                        "it cannot be opened. See that its directory exists (only data/ in the home is made by itself), nothing"
                                + " but a file is in its place, and the server's user may write in its directory";
                    case SQLITE_IOERR ->
                        "the disk reports an error. Look into the system's log, and have a backup at hand";
                    case SQLITE_NOMEM -> "there is not enough memory for it. Give the server more";
                    default -> "SQLite refuses: " + e.getMessage();
                };
        return text + " (" + code.name() + ")";
    }

    /** Of a file that may not grow: of the log, where the record of a commit was not written then, or of its index beside it. */
    private static boolean hasNoRoom(SQLiteErrorCode code) {
        return code == SQLiteErrorCode.SQLITE_IOERR_WRITE || code == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE;
    }

    /** The error without its detail, which is in the upper bytes of the number. */
    private static SQLiteErrorCode primary(SQLiteErrorCode code) {
        return SQLiteErrorCode.getErrorCode(code.code & 0xff);
    }
}
