package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jivesoftware.smack.roster.Roster;
import org.jivesoftware.smack.sasl.SASLErrorException;
import org.jivesoftware.smackx.blocking.BlockingCommandManager;
import org.junit.jupiter.api.Test;
import org.jxmpp.jid.BareJid;
import org.jxmpp.jid.impl.JidCreate;

/** Accounts move between SQLite and a real MariaDB server while the server serves, each with all that is kept of it. */
class AccountsMoveIT extends MariaDbTest {
    private static final int USERS = 100; // more than three groups of a copy

    @Test
    void thereAndBackEverybodyLogsInWithPasswordContactsBlocksAndLimitAsBefore() throws Exception {
        try (ServerProcess server = prepare()
                .configure("im.restante.accounts", "user-store", "sqlite")
                .configure("im.restante.accounts", "scram-iterations", "4096")
                .configure("im.restante.c2s", "tls", "optional") // the raw client has none
                .configure("im.restante.quota", "user-store-limit-enable", "true")) {
            server.start();
            for (int n = 0; n < USERS; n++) {
                server.user("user" + n);
            }
            for (String user : List.of("user0", "user99")) {
                try (SmackClient client = SmackClient.login(server, user, "desk")) {
                    Roster.getInstanceFor(client.connection)
                            .createItem(bare("juliet"), "Juliet", new String[] {"Capulet"});
                    BlockingCommandManager.getInstanceFor(client.connection).blockContacts(List.of(bare("tybalt")));
                }
                limit(server, user, "set' id='s'><msgoffline xmlns='msgoffline' limit='7'/>");
            }
            move(server, "sqlite", "mariadb", USERS);
            server.shell("restante:user-remove user99@localhost");
            server.user("newcomer");
            assertThrows(SASLErrorException.class, () -> SmackClient.login(server, "user99", "desk"), "removed there");
            assertAsBefore(server, "user0");

            move(server, "mariadb", "sqlite", 1);
            assertAsBefore(server, "user0");
            for (String user : List.of("user50", "newcomer")) {
                SmackClient.login(server, user, "desk").close();
            }
        }
    }

    /** Copies, chooses the other, and returns when logins are served from there. */
    private static void move(ServerProcess server, String from, String to, int atLeast) throws Exception {
        String report = server.shell("restante:migrate --users " + from + " " + to);
        assertTrue(report.contains(", equal\n"), report);
        assertTrue(report.contains("logins are not served from " + to + " yet"), report);
        String copied = report.replaceAll("(?s).*?(\\d+) accounts copied from.*", "$1");
        assertTrue(Integer.parseInt(copied) >= atLeast, report);
        server.configure("im.restante.accounts", "user-store", to);
        Await.until("logins are served from " + to, Duration.ofSeconds(60), () -> {
            try {
                return !server.shell("restante:migrate --users " + from + " " + to)
                        .contains("logins are not served");
            } catch (IOException e) { // the command is away while its configuration changes
                return false;
            }
        });
    }

    private static void assertAsBefore(ServerProcess server, String user) throws Exception {
        try (SmackClient client = SmackClient.login(server, user, "desk")) {
            Roster roster = Roster.getInstanceFor(client.connection);
            roster.reloadAndWait();
            assertEquals("Juliet", roster.getEntry(bare("juliet")).getName());
            assertEquals(
                    "Capulet",
                    roster.getEntry(bare("juliet")).getGroups().get(0).getName());
            assertEquals(
                    List.of(bare("tybalt")),
                    BlockingCommandManager.getInstanceFor(client.connection).getBlockList());
        }
        limit(server, user, "get' id='g'><msgoffline xmlns='msgoffline'/>");
    }

    /** The server's answer names the limit the account has of its own. */
    private static void limit(ServerProcess server, String user, String request) throws Exception {
        try (RawClient client = RawClient.login(server, user)) {
            String said = client.say("<iq type='" + request + "</iq>");
            assertTrue(said.contains("<msgoffline xmlns='msgoffline' limit='7'/>"), said);
        }
    }

    private static BareJid bare(String local) throws Exception {
        return JidCreate.bareFrom(local + "@localhost");
    }
}
