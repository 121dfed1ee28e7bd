package im.restante.internal.store.postgresql;

import static im.restante.itests.contract.Stages.await;
import static im.restante.itests.contract.Stages.awaitFailure;
import static im.restante.itests.contract.Stages.awaitRecovery;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.itests.contract.OlderSchema;
import im.restante.itests.database.Database;
import im.restante.itests.database.DatabaseServer;
import im.restante.itests.database.ServerTroubleContract;
import im.restante.itests.postgresql.NeedsPostgreSql;
import im.restante.itests.postgresql.PostgreSqlServer;
import im.restante.store.Appended;
import im.restante.store.Fence;
import im.restante.store.jdbc.ConnectionSource;
import im.restante.store.jdbc.Dialect;
import im.restante.store.jdbc.SqlStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens when the server, its disk, its settings or another program does not do its part. */
@NeedsPostgreSql
class PostgreSqlTroubleTest extends ServerTroubleContract {
    private static PostgreSqlServer server;

    @BeforeAll
    static void startServer(@TempDir Path directory) throws Exception {
        server = PostgreSqlServer.in(directory);
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
        return "PostgreSQL";
    }

    @Override
    protected SqlStore store(Database where) {
        return TestStores.store(where);
    }

    @Override
    protected Dialect dialect(Database where) {
        return new PostgreSqlDialect(TestStores.settings(where).place());
    }

    @Override
    protected ConnectionSource connections(Database where, boolean locked) {
        return new PostgreSqlConnections(TestStores.settings(where)) {
            @Override
            void lock(Connection connection) throws SQLException {
                if (locked) {
                    super.lock(connection);
                }
            }
        };
    }

    /** The driver sends the text each time, and not the name of a prepared statement. */
    @Override
    protected String urlBehind(int port, Database where) {
        return "jdbc:postgresql://127.0.0.1:" + port + '/' + where.name() + "?prepareThreshold=0";
    }

    @Override
    protected byte[] commitOnTheWire() {
        return "COMMIT\0".getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    protected String anotherStanza() {
        return "decode(repeat('78',500),'hex')";
    }

    // ---- an older version

    @Test
    void aDatabaseOfVersionOneIsBroughtUpToDateInPlace() throws Exception {
        try (Connection connection =
                DriverManager.getConnection(database.url(), database.user(), database.password())) {
            OlderSchema.make(connection, dialect(database).scripts(), 1, PostgreSqlTroubleTest::spelledForPostgreSql);
        }
        start();
        OlderSchema.check(store);
        store.close();
        start();
        assertEquals(List.of(9L), waiting());
    }

    /** Its version 1 is what version 5 of the others is. */
    private static String spelledForPostgreSql(String rows) {
        return rows.replaceAll("x'([0-9a-f]*)'", "'\\\\x$1'")
                .replace(
                        "UPDATE om_state SET messages=4, largest_id=40 WHERE node=0;",
                        "UPDATE om_partition SET messages=4, floor=40 WHERE part=0;\n"
                                + "INSERT INTO om_total(rcpt, n, bytes)"
                                + " SELECT rcpt, count(*), sum(length(stanza)) FROM om_message GROUP BY rcpt;");
    }

    // ---- who may

    @Test
    void aWrongPasswordIsRefusedUntilItIsRight() throws Exception {
        server.execute("", "ALTER USER " + database.user() + " PASSWORD 'another'");
        start();
        assertSays("refuses the user or the password", awaitFailure(append(1)));
        server.execute("", "ALTER USER " + database.user() + " PASSWORD '" + database.password() + "'");
        awaitRecovery(() -> append(2));
        assertWaiting(List.of(2L));
    }

    @Test
    void aMissingRightIsNamed() throws Exception {
        start();
        await(append(1));
        server.execute(database.name(), "ALTER TABLE om_message OWNER TO admin");
        store.close();
        start();
        assertSays("Make it the owner", awaitFailure(append(2)));
        server.execute(database.name(), "ALTER TABLE om_message OWNER TO " + database.user());
        awaitRecovery(() -> append(3));
        assertWaiting(List.of(1L, 3L));
    }

    @Test
    void aUserWhoIsNotLetInIsTold() throws Exception {
        server.execute("", "ALTER USER " + database.user() + " NOLOGIN");
        start();
        assertSays("does not let this machine or user in", awaitFailure(append(1)));
        server.execute("", "ALTER USER " + database.user() + " LOGIN");
        awaitRecovery(() -> append(2));
        assertWaiting(List.of(2L));
    }

    @Test
    void aDatabaseThatIsNotThereOrOfAnotherEncodingIsRefusedUntilItIsRight() throws Exception {
        server.execute("", "DROP DATABASE " + database.name());
        start();
        assertSays("there is no such database", awaitFailure(append(1)));
        server.execute(
                "",
                "CREATE DATABASE " + database.name() + " OWNER " + database.user()
                        + " ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'");
        awaitTrue(() -> awaitFailure(append(2)).getMessage().contains("its encoding is LATIN1"));
        server.execute("", "DROP DATABASE " + database.name() + " WITH (FORCE)");
        server.execute("", "CREATE DATABASE " + database.name() + " OWNER " + database.user());
        awaitRecovery(() -> append(3));
        assertWaiting(List.of(3L));
    }

    // ---- what it can take

    @Test
    void aKeyTooLargeForItsIndexFailsAlone() throws Exception {
        start();
        await(store.create(ROMEO, List.of(), Fence.HERE));
        StringBuilder key = new StringBuilder();
        new Random(1).ints(6_000, 'a', 'z').forEach(key::appendCodePoint); // what repeats itself would be compressed
        CompletionStage<Boolean> tooLarge = store.write(
                ROMEO, List.of(new Setting(UserRepository.ROOT, key.toString(), "")), List.of(), Fence.HERE);
        CompletionStage<Appended> neighbour = append(1);
        assertSays("does not take a value", awaitFailure(tooLarge));
        assertInstanceOf(Appended.Stored.class, await(neighbour));
        assertWaiting(List.of(1L));
    }

    @Test
    void aReadOnlyServerRefusesUntilItIsWritable() throws Exception {
        start();
        await(append(1));
        readOnly("on");
        try {
            assertSays("read-only", awaitFailure(append(2)));
            assertSays("read-only", awaitFailure(store.remove(ROMEO, List.of(1L), Fence.HERE)));
        } finally {
            readOnly("off");
        }
        awaitRecovery(() -> append(3));
        assertWaiting(List.of(1L, 3L));
    }

    /** New sessions are so at once. */
    private void readOnly(String value) throws SQLException {
        server.execute("", "ALTER DATABASE " + database.name() + " SET default_transaction_read_only=" + value);
        server.cutConnections(database);
    }

    /** The error is raised by a trigger. */
    @Test
    void aFullDiskRefusesAppendsAndKeepsTheRest() throws Exception {
        start();
        for (long id = 1; id <= 3; id++) {
            await(append(id));
        }
        server.execute(
                database.name(),
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE='53100'; END$$",
                "CREATE TRIGGER no_room BEFORE INSERT ON om_message EXECUTE FUNCTION no_room()");
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
        server.execute(database.name(), "DROP TRIGGER no_room ON om_message");
        await(append(4));
        assertWaiting(List.of(2L, 3L, 4L));
    }

    // ---- other programs

    /** Who of two sees a deadlock depends on when each looks, so the server says it without one, once: a number is not taken back. */
    @Test
    void afterADeadlockTheBatchIsBegunAgain() throws Exception {
        start();
        await(append(1));
        server.execute(
                database.name(),
                "CREATE SEQUENCE tries",
                "CREATE FUNCTION deadlock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
                        + " $$BEGIN IF nextval('tries') = 1 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE='40P01';"
                        + " END IF; RETURN NEW; END$$",
                "CREATE TRIGGER deadlock BEFORE INSERT ON om_message FOR EACH ROW EXECUTE FUNCTION deadlock()");
        assertInstanceOf(Appended.Stored.class, await(append(2)));
        assertWaiting(List.of(1L, 2L));
    }
}
