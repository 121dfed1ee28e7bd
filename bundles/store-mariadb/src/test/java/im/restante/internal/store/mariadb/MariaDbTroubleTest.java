package im.restante.internal.store.mariadb;

import static im.restante.internal.store.mariadb.TestStores.JULIET;
import static im.restante.internal.store.mariadb.TestStores.ROMEO;
import static im.restante.internal.store.mariadb.TestStores.message;
import static im.restante.itests.contract.Stages.await;
import static im.restante.itests.contract.Stages.awaitFailure;
import static im.restante.itests.contract.Stages.awaitRecovery;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.contract.Stages;
import im.restante.itests.mariadb.MariaDbServer;
import im.restante.itests.mariadb.MariaDbServer.Database;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.StoredMessage;
import im.restante.store.jdbc.SqlStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens when the server, its disk, its settings or another program does not do its part. */
class MariaDbTroubleTest {
    private static final long ALL = Long.MAX_VALUE;

    private static MariaDbServer server;

    private final List<SqlStore> opened = new ArrayList<>();
    private Database database;
    private SqlStore store;

    @BeforeAll
    static void startServer(@TempDir Path directory) throws Exception {
        server = MariaDbServer.in(directory);
        server.start();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void makeDatabase() throws Exception {
        database = server.newDatabase();
    }

    @AfterEach
    void close() {
        opened.forEach(SqlStore::close);
    }

    private SqlStore open(Database where) {
        SqlStore one = TestStores.started(where);
        opened.add(one);
        return one;
    }

    private void start() {
        store = open(database);
    }

    private CompletionStage<Appended> append(long id) {
        return store.append(message(id, 500), Admission.UNLIMITED);
    }

    private List<Long> waiting() {
        return await(store.page(ROMEO, 0, 100_000, ALL)).stream()
                .map(StoredMessage::id)
                .toList();
    }

    /** Waits, and the counters and totals are right. */
    private void assertWaiting(List<Long> ids) {
        assertEquals(ids, waiting());
        assertEquals(ids.size(), await(store.usage(ROMEO, JULIET)).messages());
        assertEquals(ids.size(), await(store.statistics()).messages());
    }

    private void assertSays(String part, Exception e) {
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertTrue(e.getMessage().contains("MariaDB database " + database.name() + " at 127.0.0.1"), e.getMessage());
    }

    private static void awaitTrue(BooleanSupplier condition) throws Exception {
        Instant deadline = Instant.now().plusSeconds(20);
        while (!condition.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(deadline), "not in time");
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    // ---- the connection

    @Test
    void connectionsThatWereCutWhileNobodyAskedAreMadeAgainUnseen() throws Exception {
        start();
        await(append(1));
        for (int i = 0; i < 8; i++) { // every reader has a connection
            waiting();
        }
        server.execute("", "KILL USER " + database.user() + "@'127.0.0.1'");
        await(append(2));
        for (int i = 0; i < 8; i++) {
            assertWaiting(List.of(1L, 2L));
        }
    }

    @Test
    void aServerThatIsNotYetUpIsFoundWhenItIs() throws Exception {
        server.stop();
        try {
            start();
            assertSays("cannot be reached", awaitFailure(append(1)));
            assertSays("cannot be reached", awaitFailure(store.page(ROMEO, 0, 10, ALL)));
            assertSays("cannot be reached", awaitFailure(store.exists(ROMEO)));
        } finally {
            server.start();
        }
        awaitRecovery(() -> append(2));
        assertWaiting(List.of(2L));
    }

    @Test
    void aServerThatIsKilledLosesNothingAcknowledgedAndIsUsedAgain() throws Exception {
        start();
        Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
        AtomicLong failed = new AtomicLong();
        AtomicLong next = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Thread sender = new Thread(() -> {
                while (!done.get()) {
                    long id = next.incrementAndGet();
                    try {
                        append(id).toCompletableFuture().get(30, TimeUnit.SECONDS);
                        acknowledged.add(id);
                    } catch (ExecutionException e) {
                        failed.incrementAndGet();
                        pause();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            senders.add(sender);
            sender.start();
        }
        for (int kills = 0; kills < 2; kills++) {
            int before = acknowledged.size();
            awaitTrue(() -> acknowledged.size() > before + 300);
            server.kill();
            long failures = failed.get();
            awaitTrue(() -> failed.get() > failures);
            server.start();
        }
        int before = acknowledged.size();
        awaitTrue(() -> acknowledged.size() > before + 100);
        done.set(true);
        for (Thread sender : senders) {
            sender.join();
        }
        List<Long> there = waiting();
        assertTrue(new HashSet<>(there).containsAll(acknowledged), "lost");
        assertWaiting(there);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aCommitThatWasCutIsReportedAsFailedAndTheSecondTryIsHarmless() throws Exception {
        try (Cutter cutter = new Cutter(server.port())) {
            Database behind = new Database(
                    database.name(),
                    "jdbc:mariadb://127.0.0.1:" + cutter.port() + '/' + database.name(),
                    database.user(),
                    database.password());
            store = open(behind);
            await(append(1));
            cutter.cutNextCommit();
            assertSays("the connection was lost", awaitFailure(append(2)));
            assertTrue(cutter.hasCut());
            try (Connection connection = server.admin(database.name());
                    Statement statement = connection.createStatement()) {
                awaitTrue(() -> count(statement, "SELECT count(*) FROM om_message WHERE id=2") == 1);
            }
            assertInstanceOf(Appended.Stored.class, awaitRecovery(() -> append(2)));
            assertInstanceOf(
                    Appended.Stored.class,
                    await(store.append(message(2, 500), new Admission(2, Admission.OnFull.REFUSE))));
            await(append(3));
            assertWaiting(List.of(1L, 2L, 3L));
            store.close();
        }
    }

    private static long count(Statement statement, String sql) {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- who may

    @Test
    void aWrongPasswordIsRefusedUntilItIsRight() throws Exception {
        server.execute("", "SET PASSWORD FOR " + database.user() + "@'127.0.0.1' = PASSWORD('another')");
        start();
        assertSays("refuses the user or the password", awaitFailure(append(1)));
        server.execute(
                "", "SET PASSWORD FOR " + database.user() + "@'127.0.0.1' = PASSWORD('" + database.password() + "')");
        awaitRecovery(() -> append(2));
        assertWaiting(List.of(2L));
    }

    @Test
    void aMissingRightIsNamed() throws Exception {
        start();
        await(append(1));
        server.execute("", "REVOKE INSERT ON " + database.name() + ".* FROM " + database.user() + "@'127.0.0.1'");
        store.close();
        start();
        assertSays("GRANT SELECT, INSERT", awaitFailure(append(2)));
        server.execute("", "GRANT INSERT ON " + database.name() + ".* TO " + database.user() + "@'127.0.0.1'");
        awaitRecovery(() -> append(3));
        assertWaiting(List.of(1L, 3L));
    }

    @Test
    void twoServersOnOneDatabaseRefuseEachOther() throws Exception {
        start();
        await(append(1));
        SqlStore second = open(database);
        Exception refused = awaitFailure(second.append(message(2, 500), Admission.UNLIMITED));
        assertSays("another server uses it (connection ", refused);
        assertSays(" from 127.0.0.1:", refused);
        awaitFailure(second.page(ROMEO, 0, 1, ALL));
        await(append(3));
        SqlStore elsewhere = open(server.newDatabase());
        await(elsewhere.append(message(1, 500), Admission.UNLIMITED));
        store.close();
        store = second;
        awaitRecovery(() -> append(4));
        assertWaiting(List.of(1L, 3L, 4L));
    }

    @Test
    void aNewerSchemaIsLeftAlone() throws Exception {
        start();
        await(append(1));
        store.close();
        server.execute(database.name(), "UPDATE om_version SET version=99");
        start();
        assertSays("made by a newer Restante", awaitFailure(append(2)));
        server.execute(database.name(), "UPDATE om_version SET version=1");
        awaitRecovery(() -> append(3));
        assertWaiting(List.of(1L, 3L));
    }

    @Test
    void aSchemaThatWasCutInTheMakingIsFinished() throws Exception {
        start();
        await(append(1));
        store.close();
        server.execute(database.name(), "DELETE FROM om_version", "DROP TABLE tig_pairs", "DROP TABLE tig_nodes");
        start();
        assertTrue(await(store.create(JULIET, List.of())));
        assertWaiting(List.of(1L));
    }

    // ---- what it can take

    @Test
    void aMessageLargerThanAPacketFailsAlone() throws Exception {
        server.execute("", "SET GLOBAL max_allowed_packet=262144");
        try {
            start();
            await(append(1));
            List<CompletionStage<Appended>> answers = new ArrayList<>();
            for (long id = 2; id <= 100; id++) {
                answers.add(store.append(message(id, id == 50 ? 300_000 : 20_000), Admission.UNLIMITED));
            }
            List<Long> stored = new ArrayList<>(List.of(1L));
            for (long id = 2; id <= 100; id++) {
                CompletionStage<Appended> answer = answers.get((int) id - 2);
                if (id == 50) {
                    assertSays("max_allowed_packet", awaitFailure(answer));
                } else {
                    assertInstanceOf(Appended.Stored.class, await(answer));
                    stored.add(id);
                }
            }
            assertWaiting(stored);
            await(store.create(ROMEO, List.of()));
        } finally {
            server.execute("", "SET GLOBAL max_allowed_packet=16777216");
        }
    }

    @Test
    void aReadOnlyServerRefusesUntilItIsWritable() throws Exception {
        start();
        await(append(1));
        server.execute("", "SET GLOBAL read_only=ON");
        try {
            assertSays("read-only", awaitFailure(append(2)));
            assertSays("read-only", awaitFailure(store.remove(ROMEO, List.of(1L))));
        } finally {
            server.execute("", "SET GLOBAL read_only=OFF");
        }
        awaitRecovery(() -> append(3));
        assertWaiting(List.of(1L, 3L));
    }

    /** The error is signalled: a server that is really full can die of it, as 11.4 did here ("Out of disk space in rollback"). */
    @Test
    void aFullDiskRefusesAppendsAndKeepsTheRest() throws Exception {
        start();
        for (long id = 1; id <= 3; id++) {
            await(append(id));
        }
        server.execute(
                database.name(),
                "CREATE TRIGGER full BEFORE INSERT ON om_message FOR EACH ROW SIGNAL SQLSTATE 'HY000'"
                        + " SET MYSQL_ERRNO=1114, MESSAGE_TEXT='The table is full'");
        List<CompletionStage<Appended>> refused = new ArrayList<>();
        for (long id = 10; id < 20; id++) {
            refused.add(append(id));
        }
        await(store.remove(ROMEO, List.of(1L)));
        assertTrue(await(store.create(ROMEO, List.of())), "only appends need room");
        for (CompletionStage<Appended> answer : refused) {
            assertSays("its disk is full", awaitFailure(answer));
        }
        assertWaiting(List.of(2L, 3L));
        server.execute(database.name(), "DROP TRIGGER full");
        await(append(4));
        assertWaiting(List.of(2L, 3L, 4L));
    }

    // ---- other programs

    @Test
    void rowsLockedByAnotherFailAppendsUntilTheyAreFree() throws Exception {
        start();
        await(append(1));
        try (Connection other = server.admin(database.name());
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT * FROM om_state FOR UPDATE");
            assertSays("another program holds its rows or tables locked", awaitFailure(append(2)));
            assertEquals(List.of(1L), waiting(), "reading goes on");
            other.rollback();
        }
        await(append(3));
        assertWaiting(List.of(1L, 3L));
    }

    @Test
    void afterADeadlockTheBatchIsBegunAgain() throws Exception {
        start();
        await(append(1));
        try (Connection other = server.admin(database.name());
                Statement statement = other.createStatement()) {
            statement.execute("CREATE TABLE weight(n INTEGER)");
            other.setAutoCommit(false);
            // The one that has changed less is rolled back.
            statement.execute("INSERT INTO weight SELECT seq FROM seq_1_to_1000");
            statement.execute("SELECT * FROM om_state FOR UPDATE");
            CompletionStage<Appended> caught = append(2);
            try (Connection watch = server.admin("");
                    Statement looking = watch.createStatement()) {
                awaitTrue(() ->
                        count(looking, "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state='LOCK WAIT'")
                                == 1);
            }
            statement.execute("SELECT * FROM om_counter FOR UPDATE");
            assertFalse(caught.toCompletableFuture().isDone());
            other.rollback();
            assertInstanceOf(Appended.Stored.class, await(caught));
        }
        assertWaiting(List.of(1L, 2L));
    }

    @Test
    void rowsThatCannotBeReadAreSetAside() throws Exception {
        start();
        for (long id = 1; id <= 3; id++) {
            await(append(id));
        }
        server.execute(
                database.name(),
                "UPDATE om_message SET kind=77 WHERE id=1",
                "UPDATE om_message SET stanza=REPEAT('x',500) WHERE id=2");
        assertEquals(List.of(3L), waiting());
        awaitTrue(() -> await(store.statistics()).quarantined() == 2);
        assertWaiting(List.of(3L));
    }

    // ---- the end

    @Test
    void closingWritesWhatWaits() {
        start();
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (long id = 1; id <= 2_000; id++) {
            answers.add(append(id));
        }
        store.close();
        answers.forEach(Stages::await);
        start();
        assertEquals(2_000, waiting().size());
    }
}
