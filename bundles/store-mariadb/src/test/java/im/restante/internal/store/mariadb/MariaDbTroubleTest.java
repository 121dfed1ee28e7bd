package im.restante.internal.store.mariadb;

import static im.restante.itests.contract.Stages.await;
import static im.restante.itests.contract.Stages.awaitFailure;
import static im.restante.itests.contract.Stages.awaitRecovery;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.contract.OlderSchema;
import im.restante.itests.database.Database;
import im.restante.itests.database.DatabaseServer;
import im.restante.itests.database.ServerTroubleContract;
import im.restante.itests.mariadb.MariaDbServer;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.jdbc.ConnectionSource;
import im.restante.store.jdbc.Dialect;
import im.restante.store.jdbc.SqlStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when the server, its disk, its settings or another program does not do its part. */
class MariaDbTroubleTest extends ServerTroubleContract {
    private static MariaDbServer server;

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

    @Override
    protected DatabaseServer server() {
        return server;
    }

    @Override
    protected String product() {
        return "MariaDB";
    }

    @Override
    protected SqlStore store(Database where) {
        return TestStores.store(where);
    }

    @Override
    protected Dialect dialect(Database where) {
        return new MariaDbDialect(TestStores.settings(where).place());
    }

    @Override
    protected ConnectionSource connections(Database where, boolean locked) {
        return new MariaDbConnections(TestStores.settings(where)) {
            @Override
            void lock(Connection connection) throws SQLException {
                if (locked) {
                    super.lock(connection);
                }
            }
        };
    }

    @Override
    protected String urlBehind(int port, Database where) {
        return "jdbc:mariadb://127.0.0.1:" + port + '/' + where.name();
    }

    @Override
    protected byte[] commitOnTheWire() {
        return "\3COMMIT".getBytes(StandardCharsets.US_ASCII); // 3: COM_QUERY
    }

    @Override
    protected String anotherStanza() {
        return "REPEAT('x',500)";
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

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aDatabaseOfAnOlderVersionIsBroughtUpToDateInPlaceHoweverOftenThatIsCut(int version) throws Exception {
        MariaDbSettings settings = TestStores.settings(database);
        MariaDbDialect whole = new MariaDbDialect(settings.place());
        try (Connection connection = server.admin(database.name())) {
            OlderSchema.make(connection, whole.scripts(), version);
        }
        // a version before 3, which keeps no totals, goes on between the tries: a message comes, and leaves
        String come = "INSERT INTO om_message(id,rcpt,sender,stored,kind,crc,stanza)"
                + " SELECT 99,jid_h,jid_h,0,0,0,'x' FROM om_user WHERE jid='nurse@example.org'";
        String leave = "DELETE FROM om_message WHERE id=99";
        int cuts = 0;
        for (int script = version; script < whole.scripts().size(); script++) {
            List<String> statements = List.of(whole.scripts().get(script).split("(?<=;)\\n"));
            for (int cut = 0; cut <= statements.size(); cut++) {
                List<String> scripts = new ArrayList<>(whole.scripts());
                scripts.set(script, String.join("\n", statements.subList(0, cut)) + "\nSELECT cut;\n");
                SqlStore broken = new SqlStore(
                        "test",
                        new MariaDbDialect(settings.place()) {
                            @Override
                            public List<String> scripts() {
                                return scripts;
                            }
                        },
                        new MariaDbConnections(settings));
                if (script < 3) {
                    server.execute(database.name(), come);
                }
                broken.start();
                awaitFailure(broken.append(message(50, 10), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
                broken.close();
                server.execute(database.name(), leave);
                cuts++;
            }
        }
        int expected = List.of(18, 13, 6, 3).get(version - 1);
        assertEquals(expected, cuts, "4 statements of version 2, 6 of version 3, 2 of version 4, 2 of version 5");
        start();
        OlderSchema.check(store);
        store.close();
        start();
        assertEquals(List.of(9L), waiting());
    }

    @Test
    void aSchemaThatWasCutInTheMakingIsFinished() throws Exception {
        start();
        await(append(1));
        store.close();
        server.execute(database.name(), "DELETE FROM om_version", "DROP TABLE tig_pairs", "DROP TABLE tig_nodes");
        start();
        assertTrue(await(store.create(JULIET, List.of(), Fence.HERE)));
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
                answers.add(store.append(
                        message(id, id == 50 ? 300_000 : 20_000),
                        Admission.UNLIMITED,
                        Fence.HERE,
                        Claim.NEVER_WITHDRAWN));
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
            await(store.create(ROMEO, List.of(), Fence.HERE));
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
            assertSays("read-only", awaitFailure(store.remove(ROMEO, List.of(1L), Fence.HERE)));
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
        await(store.remove(ROMEO, List.of(1L), Fence.HERE));
        assertTrue(await(store.create(ROMEO, List.of(), Fence.HERE)), "only appends need room");
        for (CompletionStage<Appended> answer : refused) {
            assertSays("its disk is full", awaitFailure(answer));
        }
        assertWaiting(List.of(2L, 3L));
        server.execute(database.name(), "DROP TRIGGER full");
        await(append(4));
        assertWaiting(List.of(2L, 3L, 4L));
    }

    // ---- other programs

    /** InnoDB shows what it showed before to whoever asks again within 100 ms of the last time. */
    private static final long INNODB_LOOKS_AGAIN_MILLIS = 250;

    @Test
    void afterADeadlockTheBatchIsBegunAgain() throws Exception {
        store = open(new MariaDbConnections(TestStores.settings(database)) {
            @Override
            public Connection open(Purpose purpose) throws SQLException {
                Connection connection = super.open(purpose);
                try (Statement statement = connection.createStatement()) { // it waits until this test has looked
                    statement.execute("SET SESSION innodb_lock_wait_timeout=60");
                }
                return connection;
            }
        });
        await(append(1));
        try (Connection other = server.admin(database.name());
                Statement statement = other.createStatement()) {
            statement.execute("CREATE TABLE weight(n INTEGER)");
            other.setAutoCommit(false);
            // The one that has changed less is rolled back.
            statement.execute("INSERT INTO weight SELECT seq FROM seq_1_to_1000");
            statement.execute("SELECT * FROM om_partition FOR UPDATE");
            CompletionStage<Appended> caught = append(2);
            try (Connection watch = server.admin("");
                    Statement looking = watch.createStatement()) {
                awaitTrue(
                        () -> count(
                                        looking,
                                        "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state='LOCK WAIT'")
                                == 1,
                        INNODB_LOOKS_AGAIN_MILLIS);
            }
            statement.execute("SELECT * FROM om_counter FOR UPDATE");
            assertFalse(caught.toCompletableFuture().isDone());
            other.rollback();
            assertInstanceOf(Appended.Stored.class, await(caught));
        }
        assertWaiting(List.of(1L, 2L));
    }

    // ---- the end
}
