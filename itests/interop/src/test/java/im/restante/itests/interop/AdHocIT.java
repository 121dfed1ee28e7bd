package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jivesoftware.smack.ConnectionListener;
import org.jivesoftware.smack.XMPPException.StreamErrorException;
import org.jivesoftware.smack.XMPPException.XMPPErrorException;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.packet.StanzaError.Condition;
import org.jivesoftware.smack.packet.StreamError;
import org.jivesoftware.smack.sasl.SASLErrorException;
import org.jivesoftware.smack.tcp.XMPPTCPConnection;
import org.jivesoftware.smackx.admin.ServiceAdministrationManager;
import org.jivesoftware.smackx.commands.AdHocCommand;
import org.jivesoftware.smackx.commands.AdHocCommand.SpecificErrorCondition;
import org.jivesoftware.smackx.commands.AdHocCommandManager;
import org.jivesoftware.smackx.commands.RemoteCommand;
import org.jivesoftware.smackx.disco.ServiceDiscoveryManager;
import org.jivesoftware.smackx.disco.packet.DiscoverItems;
import org.jivesoftware.smackx.xdata.form.FillableForm;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.jxmpp.jid.EntityBareJid;
import org.jxmpp.jid.impl.JidCreate;

/** An administrator's day in clients that are not ours: Smack's, and slixmpp's where it is installed (README.md). */
class AdHocIT extends ServerTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String ADMIN = "http://jabber.org/protocol/admin#";
    private static final String BOSS = "boss";

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.administration", "admins", BOSS);
    }

    @BeforeAll
    void theAdministratorsAccount() throws Exception {
        server.user(BOSS);
    }

    private SmackClient boss() throws Exception {
        return SmackClient.login(server, BOSS, "desk");
    }

    private static RemoteCommand command(SmackClient client, String name) {
        return AdHocCommandManager.getAddHocCommandsManager(client.connection)
                .getRemoteCommand(client.connection.getXMPPServiceDomain(), ADMIN + name);
    }

    /** @param fields name, value, name, value */
    private static RemoteCommand run(SmackClient client, String name, String... fields) throws Exception {
        RemoteCommand command = command(client, name);
        command.execute();
        assertFalse(command.isCompleted(), "it asks by a form");
        command.execute(filled(command, fields));
        assertTrue(command.isCompleted());
        return command;
    }

    private static FillableForm filled(RemoteCommand command, String... fields) {
        FillableForm form = new FillableForm(command.getForm());
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equals("accountjids") || fields[i].equals("announcement")) {
                form.setAnswer(fields[i], List.of(fields[i + 1]));
            } else {
                form.setAnswer(fields[i], fields[i + 1]);
            }
        }
        return form;
    }

    private interface Act {
        void run() throws Exception;
    }

    private static StanzaError refusal(Act act) {
        return assertThrows(XMPPErrorException.class, act::run).getStanzaError();
    }

    private void login(String local, String password) throws Exception {
        XMPPTCPConnection connection = new XMPPTCPConnection(SmackClient.configuration(server)
                .setUsernameAndPassword(local, password)
                .build());
        try {
            connection.connect().login();
        } finally {
            connection.disconnect();
        }
    }

    private String log() throws Exception {
        return Files.readString(server.home().resolve("log/restante.log"));
    }

    @Test
    void aUserWhoIsAddedLogsInAndOneWhoIsDeletedDoesNot() throws Exception {
        EntityBareJid paris = JidCreate.entityBareFrom("paris@localhost");
        try (SmackClient boss = boss()) {
            ServiceAdministrationManager administration = ServiceAdministrationManager.getInstanceFor(boss.connection);
            administration.addUser(paris, "County-paris");
            login("paris", "County-paris");
            assertEquals(
                    Condition.conflict,
                    refusal(() -> administration.addUser(paris, "County-paris")).getCondition());
            run(boss, "change-user-password", "accountjid", paris.toString(), "password", "Count-paris");
            assertThrows(SASLErrorException.class, () -> login("paris", "County-paris"));
            login("paris", "Count-paris");
            administration.deleteUser(paris);
            assertThrows(SASLErrorException.class, () -> login("paris", "Count-paris"));
            assertEquals(
                    Condition.item_not_found,
                    refusal(() -> administration.deleteUser(paris)).getCondition());
        }
        String log = log();
        for (String line : List.of(
                "administrator \"boss@localhost/desk\": add user \"paris@localhost\": done",
                "administrator \"boss@localhost/desk\": add user \"paris@localhost\": not done: there is an account",
                "administrator \"boss@localhost/desk\": change password of \"paris@localhost\": done",
                "administrator \"boss@localhost/desk\": delete user \"paris@localhost\": done")) {
            assertTrue(log.contains(line), () -> line + " in " + log);
        }
        assertFalse(log.contains("ount-paris") || log.contains("ounty-paris"), "no password");
    }

    @Test
    void aSessionThatIsEndedGetsTheStreamError() throws Exception {
        String romeo = newUser("romeo");
        SmackClient ended = SmackClient.online(server, romeo, "orchard");
        CompletableFuture<Exception> end = new CompletableFuture<>();
        ended.connection.addConnectionListener(new ConnectionListener() {
            @Override
            public void connectionClosedOnError(Exception e) {
                end.complete(e);
            }
        });
        try (SmackClient boss = boss()) {
            RemoteCommand statistics = run(boss, "user-stats", "accountjid", jid(romeo));
            assertEquals(
                    "orchard", statistics.getForm().getField("onlineresources").getFirstValue());
            run(boss, "end-user-session", "accountjids", jid(romeo) + "/orchard");
            StreamError error = assertInstanceOf(
                            StreamErrorException.class, end.get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .getStreamError();
            assertEquals(StreamError.Condition.policy_violation, error.getCondition());
            assertEquals(
                    Condition.item_not_found,
                    refusal(() -> run(boss, "end-user-session", "accountjids", jid(romeo)))
                            .getCondition());
        }
    }

    @Test
    void whoIsNoAdministratorIsForbiddenAndFindsNothing() throws Exception {
        String romeo = newUser("romeo");
        try (SmackClient client = SmackClient.login(server, romeo, "orchard")) {
            assertEquals(
                    Condition.forbidden,
                    refusal(() -> command(client, "add-user").execute()).getCondition());
            assertEquals(List.of(), listed(client));
            ServiceDiscoveryManager disco = ServiceDiscoveryManager.getInstanceFor(client.connection);
            assertTrue(disco.serverSupportsFeature(AdHocCommandManager.NAMESPACE));
            assertEquals(
                    Condition.forbidden,
                    refusal(() -> disco.discoverInfo(client.connection.getXMPPServiceDomain(), ADMIN + "add-user"))
                            .getCondition());
        }
        try (RawClient forger = RawClient.login(server, romeo)) {
            forger.write("<iq type='set' id='forged' to='localhost' from='boss@localhost/desk'><command xmlns='"
                    + AdHocCommandManager.NAMESPACE + "' node='" + ADMIN + "add-user'/></iq>");
            assertTrue(forger.readToEnd().contains("<invalid-from"), "another's address ends the stream");
        }
    }

    private static List<String> listed(SmackClient client) throws Exception {
        return AdHocCommandManager.getAddHocCommandsManager(client.connection)
                .discoverCommands(client.connection.getXMPPServiceDomain())
                .getItems()
                .stream()
                .map(DiscoverItems.Item::getNode)
                .toList();
    }

    @Test
    void anAdministratorIsOneFromTheChangeOfTheConfigurationOn() throws Exception {
        String nurse = newUser("nurse");
        try (SmackClient client = SmackClient.login(server, nurse, "hall")) {
            assertEquals(List.of(), listed(client));
            server.configure("im.restante.administration", "admins", BOSS + ", " + jid(nurse));
            Await.until("she is one", SOON, () -> listed(client).size() == 9);
            RemoteCommand begun = command(client, "delete-user");
            begun.execute();
            server.configure("im.restante.administration", "admins", BOSS + ", nurse@localhost/hall");
            Await.until("a bad value is refused", SOON, () -> log().contains("nurse@localhost/hall is neither ("));
            assertEquals(9, listed(client).size(), "what was in force stays");
            server.configure("im.restante.administration", "admins", BOSS);
            Await.until("she is none", SOON, () -> listed(client).isEmpty());
            assertEquals(
                    Condition.forbidden,
                    refusal(() -> begun.execute(filled(begun, "accountjids", jid(nurse))))
                            .getCondition());
            server.configure("im.restante.administration", "admins", BOSS + ", " + jid(nurse));
            Await.until("she is one again", SOON, () -> listed(client).size() == 9);
            StanzaError over = refusal(() -> begun.execute(filled(begun, "accountjids", jid(nurse))));
            assertEquals(
                    SpecificErrorCondition.sessionExpired, AdHocCommand.getSpecificErrorCondition(over), "it ended");
            server.configure("im.restante.administration", "admins", BOSS);
        }
    }

    @Test
    void aWrongSessionAndAnOldOneAreToldApart() throws Exception {
        try (SmackClient boss = boss()) {
            RemoteCommand command = command(boss, "delete-user");
            command.execute();
            FillableForm form = filled(command, "accountjids", "a@localhost");
            StanzaError empty = refusal(command::execute);
            assertEquals(SpecificErrorCondition.badPayload, AdHocCommand.getSpecificErrorCondition(empty));
            command.cancel();
            StanzaError over = refusal(() -> command.execute(form));
            assertEquals(SpecificErrorCondition.sessionExpired, AdHocCommand.getSpecificErrorCondition(over));
            StanzaError jump = refusal(() -> command(boss, "delete-user").prev());
            assertEquals(SpecificErrorCondition.badAction, AdHocCommand.getSpecificErrorCondition(jump));
        }
        try (RawClient boss = RawClient.login(server, BOSS)) {
            String answer = boss.say("<iq type='set' id='wrong' to='localhost'><command xmlns='"
                    + AdHocCommandManager.NAMESPACE + "' node='" + ADMIN + "add-user' sessionid='wrong'/></iq>");
            assertTrue(answer.contains("bad-sessionid"), answer);
        }
    }

    @Test
    void anAnnouncementReachesThoseWhoAreOnlineAndNobodyElse() throws Exception {
        String romeo = newUser("romeo");
        String nurse = newUser("nurse");
        String away = newUser("away");
        try (SmackClient online = SmackClient.online(server, romeo, "orchard");
                SmackClient silent = SmackClient.login(server, nurse, "hall");
                SmackClient boss = boss()) {
            online.ping();
            RemoteCommand number = command(boss, "get-online-users-num");
            number.execute();
            assertTrue(number.isCompleted());
            RemoteCommand list = run(boss, "get-online-users-list");
            List<String> users = list.getForm().getField("onlineuserjids").getValuesAsString();
            assertTrue(users.contains(jid(romeo)) && !users.contains(jid(nurse)), users::toString);
            run(boss, "announce", "announcement", "Back in two minutes");
            online.awaitBodies(1);
            silent.ping();
            assertEquals(List.of(), silent.bodies());
            Message announcement = online.messages.get(0);
            assertEquals("localhost", announcement.getFrom().toString());
            assertEquals("Back in two minutes", announcement.getBody());
            assertNull(announcement.getError());
            RemoteCommand registered = command(boss, "get-registered-users-num");
            registered.execute();
            int count = Integer.parseInt(
                    registered.getForm().getField("registeredusersnum").getFirstValue());
            assertTrue(count >= 4, () -> count + " users");
        }
        assertTrue(server.shell("restante:spool " + jid(away)).contains("nothing waits"));
        assertTrue(server.shell("restante:spool " + jid(nurse)).contains("nothing waits"));
        assertFalse(log().contains("two minutes"), "no text of a message");
    }

    /** On a server of its own, whose accounts the script counts. */
    @Test
    @EnabledIfSystemProperty(named = "slixmpp", matches = ".+")
    void slixmppAdministers() throws Exception {
        try (ServerProcess own = configured(prepared()).start()) {
            own.user(BOSS);
            own.user("romeo");
            Process client = new ProcessBuilder(
                            System.getProperty("slixmpp"),
                            Path.of("clients/administer-slixmpp.py")
                                    .toAbsolutePath()
                                    .toString(),
                            "127.0.0.1",
                            Integer.toString(own.port()),
                            jid(BOSS),
                            ServerProcess.password(BOSS),
                            jid("romeo"),
                            ServerProcess.password("romeo"))
                    .inheritIO()
                    .start();
            assertTrue(client.waitFor(180, TimeUnit.SECONDS), "it ends");
            assertEquals(0, client.exitValue());
        }
    }
}
