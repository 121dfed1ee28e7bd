package im.restante.internal.store.sqlite;

import static im.restante.itests.contract.Stages.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.StoredMessage;
import im.restante.store.jdbc.Dialect.Trouble;
import im.restante.store.jdbc.SqlStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A disk without room for one page more. Whoever logs in and fetches what waits makes some; so both must be possible. */
@Timeout(60)
class FullDiskTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");

    @TempDir
    private Path directory;

    private volatile boolean full;
    private volatile boolean noRoomForTheIndex;
    private SqlStore store;

    @BeforeEach
    void aStoreWithAMessage() {
        start();
        await(append(1));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void start() {
        Path file = directory.resolve("a%b#c d.db");
        store = new SqlStore(
                "test",
                new SqliteDialect(file) {
                    @Override
                    public void commit(Connection writer) throws SQLException {
                        if (full) {
                            writer.rollback(); // SQLite has done that itself then
                            throw new SQLiteException("full", SQLiteErrorCode.SQLITE_FULL);
                        }
                        super.commit(writer);
                    }
                },
                new SqliteConnections(file, 100) {
                    @Override
                    Connection connect(String name) throws SQLException {
                        if (noRoomForTheIndex && !name.endsWith("?vfs=unix-excl")) {
                            throw new SQLiteException("no room", SQLiteErrorCode.SQLITE_IOERR_SHMSIZE);
                        }
                        return super.connect(name);
                    }
                });
        store.start();
    }

    private CompletionStage<Appended> append(long id) {
        return store.append(
                StoredMessage.of(id, ROMEO, ROMEO, Instant.now(), new byte[10]),
                Admission.UNLIMITED,
                Fence.HERE,
                Claim.NEVER_WITHDRAWN);
    }

    private List<Long> waiting() {
        return await(store.page(ROMEO, 0, 100, Long.MAX_VALUE)).stream()
                .map(StoredMessage::id)
                .toList();
    }

    private void assertRefuses(long id) {
        ExecutionException refused = assertThrows(
                ExecutionException.class, () -> append(id).toCompletableFuture().get(20, TimeUnit.SECONDS));
        assertTrue(refused.getMessage().contains("the disk is full"), refused.getMessage());
    }

    @Test
    void aServerThatStartsOnItReads() throws Exception {
        store.close();
        full = true;
        start();
        assertRefuses(2);
        assertEquals(List.of(1L), waiting());
        full = false;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        boolean stored = false;
        while (!stored) { // once a second it looks whether there is room
            assertTrue(System.nanoTime() < end);
            try {
                append(3).toCompletableFuture().get(20, TimeUnit.SECONDS);
                stored = true;
            } catch (ExecutionException e) {
                Thread.sleep(100);
            }
        }
        assertEquals(List.of(1L, 3L), waiting());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void withoutRoomForTheIndexOfTheLogThatIsInTheHeap() throws Exception {
        store.close();
        full = true;
        noRoomForTheIndex = true;
        start();
        assertRefuses(2);
        assertEquals(List.of(1L), waiting());
        assertFalse(Files.exists(directory.resolve("a%b#c d.db-shm")));
    }

    @Test
    void aServerOnWhichItBecomesFullReads() {
        full = true;
        assertRefuses(2);
        assertEquals(List.of(1L), waiting());
    }

    @ParameterizedTest
    @EnumSource(
            value = SQLiteErrorCode.class,
            names = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"})
    void isCalledByItsName(SQLiteErrorCode code) {
        SqliteDialect dialect = new SqliteDialect(directory);
        assertEquals(Trouble.FULL, dialect.judge(new SQLiteException("x", code)));
        assertTrue(dialect.advice(new SQLiteException("x", code)).startsWith("the disk is full"));
    }
}
