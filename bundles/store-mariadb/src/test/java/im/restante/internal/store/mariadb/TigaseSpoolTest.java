package im.restante.internal.store.mariadb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.database.Database;
import im.restante.itests.mariadb.MariaDbServer;
import im.restante.migration.ForeignAccount;
import im.restante.migration.ForeignAccount.Credential;
import im.restante.migration.ForeignMessage;
import im.restante.migration.ForeignServer;
import im.restante.store.StoreException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TigaseSpoolTest {
    private static final String USERS =
            "CREATE TABLE tig_users(uid BIGINT PRIMARY KEY,user_id VARCHAR(2049),user_pw VARCHAR(255),account_status INT)";
    private static final Instant NOON = Instant.parse("2019-07-01T12:00:00.123Z");
    private static final Instant END = Instant.parse("2037-01-01T00:00:00Z");

    private static MariaDbServer server;

    private Database database;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        server = MariaDbServer.in(directory);
        server.start("--default-time-zone=+05:30");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void empty() throws SQLException {
        database = server.newDatabase();
        sql("REVOKE INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX ON " + database.name() + ".* FROM " + database.user()
                + "@'127.0.0.1'");
    }

    private void sql(String... statements) throws SQLException {
        server.execute(database.name(), statements);
    }

    private ForeignServer.Spool open() throws StoreException {
        return new TigaseServer().open(database.url(), database.user(), database.password());
    }

    private static String columns(String addresses) {
        return "(msg_id BIGINT AUTO_INCREMENT PRIMARY KEY,ts TIMESTAMP(6) NULL,expired TIMESTAMP NULL," + addresses
                + ",msg_type INT NOT NULL DEFAULT 0,message MEDIUMTEXT CHARACTER SET utf8mb4)";
    }

    private void fill(String table, String sender, String receiver, Object from, Object to) throws SQLException {
        sql("INSERT INTO " + table + "(ts,expired," + sender + "," + receiver + ",message) VALUES (FROM_UNIXTIME("
                + NOON.toEpochMilli() + "/1000),FROM_UNIXTIME(" + END.getEpochSecond() + ")," + from + "," + to
                + ",'<message>\uD83C\uDF39</message>'),(NULL,NULL,NULL," + to + ",REPEAT('x',1048577))");
    }

    private void assertBothAreRead() throws Exception {
        try (ForeignServer.Spool spool = open()) {
            assertEquals(Optional.of(new ForeignServer.Range(1, 2)), spool.range());
            List<ForeignMessage> page = spool.messages(0, 10);
            assertEquals(
                    new ForeignMessage(
                            1,
                            "romeo@example.org",
                            "juliet@example.org/b",
                            NOON,
                            END,
                            "<message>\uD83C\uDF39</message>"),
                    page.get(0));
            assertEquals(new ForeignMessage(2, "romeo@example.org", null, null, null, null), page.get(1), "too large");
            assertEquals(page.subList(1, 2), spool.messages(1, 10));
            assertEquals(page.subList(0, 1), spool.messages(0, 1));
            assertEquals(List.of(), spool.messages(2, 10));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tig_offline_messages", "msg_history"})
    void messagesWithTheirAddressesAreReadFromEitherTable(String table) throws Exception {
        sql(USERS, "CREATE TABLE " + table + columns("sender VARCHAR(2049),receiver VARCHAR(2049) NOT NULL"));
        fill(table, "sender", "receiver", "'juliet@example.org/b'", "'romeo@example.org'");
        assertBothAreRead();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sender_uid", "sender_uio"})
    void messagesWithTheirAddressesInAnotherTableAreReadToo(String sender) throws Exception {
        sql(
                USERS,
                "CREATE TABLE user_jid(jid_id BIGINT PRIMARY KEY,jid_sha CHAR(128),jid VARCHAR(2049))",
                "INSERT INTO user_jid(jid_id,jid) VALUES (4,'juliet@example.org/b'),(5,'romeo@example.org')",
                "CREATE TABLE msg_history" + columns(sender + " BIGINT,receiver_uid BIGINT NOT NULL"));
        fill("msg_history", sender, "receiver_uid", 4, 5);
        assertBothAreRead();
    }

    @Test
    void aPageOfLargeMessagesIsShort() throws Exception {
        sql(
                USERS,
                "CREATE TABLE tig_offline_messages" + columns("sender VARCHAR(2049),receiver VARCHAR(2049) NOT NULL"),
                "INSERT INTO tig_offline_messages(receiver,message) SELECT 'romeo@example.org',REPEAT('x',600000)"
                        + " FROM seq_1_to_30");
        try (ForeignServer.Spool spool = open()) {
            assertEquals(2, spool.messages(0, 100).size());
            assertEquals(30, spool.messages(29, 100).get(0).id());
        }
    }

    @Test
    void accountsComeWithWhatTheirShapeOfTheTablesHas() throws Exception {
        sql(
                USERS,
                "CREATE TABLE msg_history" + columns("sender VARCHAR(2049),receiver VARCHAR(2049) NOT NULL"),
                "INSERT INTO tig_users VALUES (1,'romeo@example.org','orchard',1),(2,'juliet@example.org','balcony',0)");
        try (ForeignServer.Spool spool = open()) {
            List<ForeignAccount> page = spool.accounts(0, 10);
            assertEquals(
                    List.of(
                            new ForeignAccount(
                                    1, "romeo@example.org", true, List.of(new Credential("PLAIN", "orchard")), null),
                            new ForeignAccount(
                                    2, "juliet@example.org", false, List.of(new Credential("PLAIN", "balcony")), null)),
                    page);
            assertEquals(page.subList(1, 2), spool.accounts(1, 10));
            assertFalse(page.toString().contains("orchard"));
            assertEquals(Optional.empty(), spool.range());
        }
        sql(
                "CREATE TABLE tig_user_credentials(uid BIGINT,username VARCHAR(2049),mechanism VARCHAR(128),value TEXT)",
                "INSERT INTO tig_user_credentials VALUES (1,'default','SCRAM-SHA-1','a'),(1,'phone','PLAIN','b')",
                "CREATE TABLE tig_nodes(nid BIGINT PRIMARY KEY,parent_nid BIGINT,uid BIGINT,node VARCHAR(255))",
                "CREATE TABLE tig_pairs(nid BIGINT,uid BIGINT,pkey VARCHAR(255),pval TEXT)",
                "INSERT INTO tig_nodes VALUES (1,NULL,1,'root'),(2,1,1,'offline-msgs')",
                "INSERT INTO tig_pairs VALUES (1,1,'store-limit','not this'),(2,1,'store-limit','7')");
        try (ForeignServer.Spool spool = open()) {
            List<ForeignAccount> page = spool.accounts(0, 10);
            assertEquals(
                    List.of(new Credential("SCRAM-SHA-1", "a")), page.get(0).credentials());
            assertEquals("7", page.get(0).ownLimit());
            assertNull(page.get(1).ownLimit());
        }
    }

    @Test
    void whatCannotBeReadIsSaid() throws Exception {
        assertTrue(assertThrows(StoreException.class, this::open).getMessage().contains("is no database of Tigase"));
        assertTrue(assertThrows(
                        StoreException.class, () -> new TigaseServer().open(database.url(), database.user(), "wrong"))
                .getMessage()
                .endsWith("it refuses the user or the password"));
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> new TigaseServer().open("jdbc:mysql://x/y", "z", ""))
                        .getMessage()
                        .contains("jdbc:mariadb://HOST"));
        assertTrue(assertThrows(
                        StoreException.class,
                        () -> new TigaseServer().open("jdbc:mariadb://127.0.0.1:1/tigase", "tigase", ""))
                .getMessage()
                .endsWith("it cannot be reached, or the connection was lost"));
    }
}
