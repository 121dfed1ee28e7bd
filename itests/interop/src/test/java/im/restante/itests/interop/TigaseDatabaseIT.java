package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.sasl.SASLErrorException;
import org.jivesoftware.smackx.delay.packet.DelayInformation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Accounts and mail of a Tigase 8 database on a real MariaDB server, read by one who may do nothing but SELECT. */
class TigaseDatabaseIT extends MariaDbTest {
    private static final String DATABASE = "tigasedb";
    private static final String READER = "reader";
    private static final String PASSWORD = "only reads";
    private static final String LONG_AGO = "2019-03-04 05:06:07.%03d";
    private static final int MESSAGES = 250; // more than a page

    @BeforeAll
    static void tigase() throws Exception {
        mariaDb.execute(
                "",
                "CREATE DATABASE " + DATABASE + " CHARACTER SET utf8mb4",
                "CREATE USER " + READER + "@'127.0.0.1' IDENTIFIED BY '" + PASSWORD + "'",
                "GRANT SELECT ON " + DATABASE + ".* TO " + READER + "@'127.0.0.1'");
        mariaDb.execute(
                DATABASE,
                "CREATE TABLE tig_users(uid BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,"
                        + "user_id VARCHAR(2049) NOT NULL,sha1_user_id CHAR(128),user_pw VARCHAR(255),account_status INT DEFAULT 1)",
                "CREATE TABLE tig_user_credentials(uid BIGINT UNSIGNED NOT NULL,username VARCHAR(2049) NOT NULL,"
                        + "username_sha1 CHAR(128),mechanism VARCHAR(128) NOT NULL,value MEDIUMTEXT NOT NULL)",
                "CREATE TABLE tig_nodes(nid BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,parent_nid BIGINT UNSIGNED,"
                        + "uid BIGINT UNSIGNED NOT NULL,node VARCHAR(255) NOT NULL)",
                "CREATE TABLE tig_pairs(nid BIGINT UNSIGNED,uid BIGINT UNSIGNED NOT NULL,pkey VARCHAR(255) NOT NULL,pval MEDIUMTEXT)",
                "CREATE TABLE tig_offline_messages(msg_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,"
                        + "ts TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6),expired TIMESTAMP NULL DEFAULT NULL,"
                        + "sender VARCHAR(2049),sender_sha1 CHAR(128),receiver VARCHAR(2049) NOT NULL,receiver_sha1 CHAR(128),"
                        + "msg_type INT NOT NULL DEFAULT 0,message MEDIUMTEXT CHARACTER SET utf8mb4 NOT NULL)",
                "INSERT INTO tig_users(uid,user_id) VALUES (1,'vhost-manager'),(2,'romeo@localhost'),(3,'juliet@localhost'),"
                        + "(4,'tybalt@localhost'),(5,'nurse@elsewhere.example')",
                credential(2, "PLAIN", ServerProcess.password("romeo")),
                credential(3, "SCRAM-SHA-1", scram(ServerProcess.password("juliet"))),
                credential(4, "MD5-PASSWORD", "0123456789abcdef0123456789abcdef"),
                "INSERT INTO tig_nodes(nid,parent_nid,uid,node) VALUES (1,NULL,2,'root'),(2,1,2,'offline-msgs')",
                "INSERT INTO tig_pairs(nid,uid,pkey,pval) VALUES (2,2,'store-limit','7')",
                "SET time_zone='+00:00'");
        List<String> rows = new ArrayList<>();
        rows.add("SET time_zone='+00:00'");
        for (int n = 0; n < MESSAGES; n++) {
            rows.add(message(n, "romeo@localhost", "NULL", chat("romeo", n + " &lt;3 \uD83C\uDF39")));
            if (n % 50 == 0) {
                rows.add(message(n, "juliet@localhost", "'2037-01-01 00:00:00'", chat("juliet", "for you " + n)));
            }
        }
        rows.add(message(300, "romeo@localhost", "NULL", "<message><body>cut off"));
        rows.add(message(301, "nurse@elsewhere.example", "NULL", chat("nurse", "not here")));
        rows.add(message(302, "tybalt@localhost", "NULL", chat("tybalt", "waits for his new password")));
        mariaDb.execute(DATABASE, rows.toArray(String[]::new));
    }

    private static String credential(int uid, String mechanism, String value) {
        return "INSERT INTO tig_user_credentials(uid,username,mechanism,value) VALUES (" + uid + ",'default','"
                + mechanism + "','" + value + "')";
    }

    private static String message(int milli, String owner, String expired, String stanza) {
        return "INSERT INTO tig_offline_messages(ts,expired,sender,receiver,message) VALUES ('"
                + LONG_AGO.formatted(milli) + "'," + expired + ",'mercutio@elsewhere.example','" + owner + "','"
                + stanza + "')";
    }

    private static String chat(String to, String body) {
        return "<message from=\"mercutio@elsewhere.example/street\" to=\"" + to
                + "@localhost\" type=\"chat\" xmlns=\"jabber:client\"><body>" + body + "</body></message>";
    }

    /** As RFC 5802 §3 derives them. */
    private static String scram(String password) throws Exception {
        byte[] salt = "a grain of salt".getBytes(StandardCharsets.US_ASCII);
        byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA1")
                .generateSecret(new PBEKeySpec(password.toCharArray(), salt, 4_096, 160))
                .getEncoded();
        byte[] storedKey = MessageDigest.getInstance("SHA-1").digest(hmac(salted, "Client Key"));
        Base64.Encoder base64 = Base64.getEncoder();
        return "s=" + base64.encodeToString(salt) + ",i=4096,t=" + base64.encodeToString(storedKey) + ",e="
                + base64.encodeToString(hmac(salted, "Server Key"));
    }

    private static byte[] hmac(byte[] key, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(key, "HmacSHA1"));
        return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static List<Long> checksums() throws Exception {
        List<Long> sums = new ArrayList<>();
        try (Connection connection = mariaDb.admin(DATABASE);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "CHECKSUM TABLE tig_users,tig_user_credentials,tig_nodes,tig_pairs,tig_offline_messages")) {
            while (row.next()) {
                sums.add(row.getLong(2));
            }
        }
        return sums;
    }

    private static String url() {
        return "jdbc:mariadb://127.0.0.1:" + mariaDb.port() + "/" + DATABASE;
    }

    private static List<String> bodiesOf(ServerProcess server, String user, int count) throws Exception {
        try (SmackClient client = SmackClient.online(server, user, "orchard")) {
            client.awaitBodies(count);
            client.ping();
            for (Message message : client.messages) {
                List<DelayInformation> delays = message.getExtensions(DelayInformation.class);
                assertEquals(1, delays.size(), "one stamp");
                assertTrue(
                        delays.get(0).getStamp().toInstant().toString().startsWith("2019-03-04T05:06:07"),
                        delays::toString);
            }
            return client.bodies();
        }
    }

    @Test
    void whoHadMailAtTigaseLogsInAsBeforeAndGetsItInOrderAndOnce() throws Exception {
        List<Long> before = checksums();
        try (ServerProcess server = ServerProcess.prepare(Jdk.newest())
                .configure("im.restante.c2s", "tls", "optional") // the raw client has none
                .configure("im.restante.quota", "user-store-limit-enable", "true")) {
            server.start();
            Files.writeString(server.home().resolve("secret"), PASSWORD + "\n");
            String command = "restante:import-tigase " + url() + " " + READER + " --password-file secret";

            String report = server.shell(command);
            assertTrue(
                    report.contains("5 accounts looked at, 3 made, 256 messages stored, 0 messages there already\n"),
                    report);
            assertTrue(report.contains("not taken, since of elsewhere.example: 1 accounts, 1 messages\n"), report);
            assertTrue(report.contains("not taken, since of vhost-manager: 1 accounts, 0 messages\n"), report);
            assertTrue(report.contains("2 things could not be imported:\n"), report);
            assertTrue(report.contains("tybalt@localhost comes without a password "), report);
            assertTrue(report.contains("MD5-PASSWORD"), report);
            assertTrue(report.contains("message 256 for romeo@localhost: "), report);
            assertFalse(report.contains("cut off"), report);

            List<String> expected = new ArrayList<>();
            for (int n = 0; n < MESSAGES; n++) {
                expected.add(n + " <3 \uD83C\uDF39");
            }
            assertEquals(expected, bodiesOf(server, "romeo", MESSAGES));
            assertEquals(
                    List.of("for you 0", "for you 50", "for you 100", "for you 150", "for you 200"),
                    bodiesOf(server, "juliet", 5));
            assertThrows(SASLErrorException.class, () -> SmackClient.login(server, "tybalt", "desk"));
            server.shell("restante:user-password tybalt@localhost " + ServerProcess.password("tybalt"));
            SmackClient.login(server, "tybalt", "desk").close();
            try (RawClient romeo = RawClient.login(server, "romeo")) {
                String said = romeo.say("<iq type='get' id='g'><msgoffline xmlns='msgoffline'/></iq>");
                assertTrue(said.contains("limit='7'"), said);
            }

            String again = server.shell(command);
            assertTrue(
                    again.contains("0 accounts looked at, 0 made, 0 messages stored, 0 messages there already\n"),
                    again);
            try (SmackClient romeo = SmackClient.online(server, "romeo", "orchard")) {
                romeo.ping();
                assertEquals(List.of(), romeo.bodies(), "nothing twice");
            }
        }
        assertEquals(before, checksums());
    }
}
