package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** XEP-0079 on the wire. */
class RulesIT extends ServerTest {
    private static final String AMP = "http://jabber.org/protocol/amp";

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.quota", "store-limit", "-1")
                .configure("im.restante.offline", "window", "500"); // these clients answer no ping
    }

    /** Romeo lets Juliet see his presence, and is away again. */
    private void befriend(String romeo, String juliet) throws Exception {
        try (RawClient asks = RawClient.login(server, juliet);
                RawClient grants = RawClient.login(server, romeo)) {
            grants.say("<presence/>");
            asks.say("<presence/><presence type='subscribe' to='" + jid(romeo) + "'/>");
            grants.readUntil("type='subscribe'");
            grants.say("<presence type='subscribed' to='" + jid(juliet) + "'/>");
            asks.readUntil("type='subscribed'");
            leave(grants);
            leave(asks);
        }
    }

    private static void leave(RawClient client) throws Exception {
        client.write("</stream:stream>");
        client.readToEnd();
    }

    private static String message(String to, String id, String... rules) {
        return "<message to='" + jid(to) + "' type='chat' id='" + id + "'><body>" + id + "</body><amp xmlns='" + AMP
                + "'>" + String.join("", rules) + "</amp></message>";
    }

    private static String rule(String action, String condition, Object value) {
        return "<rule action='" + action + "' condition='" + condition + "' value='" + value + "'/>";
    }

    @Test
    void rulesDecideAboutWhatIsStoredAndTheSenderIsTold() throws Exception {
        String romeo = newUser("romeo");
        String juliet = newUser("juliet");
        befriend(romeo, juliet);
        try (RawClient sender = RawClient.login(server, juliet)) {
            String said = sender.say(message(romeo, "alerted", rule("alert", "deliver", "stored"))
                    + message(romeo, "refused", rule("error", "deliver", "stored"))
                    + message(romeo, "silent", rule("drop", "match-resource", "any"))
                    + message(romeo, "kept", rule("notify", "deliver", "stored"))
                    + message(romeo, "wrong", rule("explode", "deliver", "stored")));
            assertTrue(said.contains("status='alert'"), said);
            assertTrue(said.contains("failed-rules"), said);
            assertTrue(said.contains("status='notify'"), said);
            assertTrue(said.contains("unsupported-actions"), said);
            assertFalse(said.contains("silent") || said.contains("<body"), said);
        }
        try (RawClient recipient = RawClient.login(server, romeo)) {
            recipient.write("<presence/>");
            String got = recipient.readUntil("</message>");
            assertTrue(got.contains("<body>kept</body>"), got);
            leave(recipient);
        }
    }

    @Test
    void aStrangerIsRefusedTheQuestionWhetherSomebodyIsThere() throws Exception {
        String romeo = newUser("romeo");
        try (RawClient stranger = RawClient.login(server, newUser("paris"))) {
            String said = stranger.say(message(romeo, "1", rule("notify", "deliver", "direct")));
            assertTrue(said.contains("not-acceptable") && said.contains("invalid-rules"), said);
        }
    }

    @Test
    void discoTellsOfRules() throws Exception {
        try (RawClient client = RawClient.login(server, newUser("juliet"))) {
            String query = "<query xmlns='http://jabber.org/protocol/disco#info'";
            String said = client.say("<iq type='get' id='i' to='localhost'>" + query + "/></iq>"
                    + "<iq type='get' id='n' to='localhost'>" + query + " node='" + AMP + "'/></iq>");
            assertTrue(said.contains("var='" + AMP + "'"), said);
            assertTrue(said.contains("?action=alert") && said.contains("?condition=expire-at"), said);
        }
    }

    /** The sender is away when it happens, and the server is killed before and after. */
    @Test
    void anExpiredMessageTellsItsSenderOnceAlsoAcrossAKill() throws Exception {
        String romeo = newUser("romeo");
        String juliet = newUser("juliet");
        befriend(romeo, juliet);
        int count = 200;
        Instant end;
        try (RawClient sender = RawClient.login(server, juliet)) {
            end = Instant.now().plusSeconds(30); // all must be stored by then
            StringBuilder all = new StringBuilder();
            for (int n = 0; n < count; n++) {
                all.append(message(romeo, "e" + n + ".", rule("alert", "expire-at", end.plusMillis(n * 10L))));
            }
            all.append(message(romeo, "later", rule("alert", "expire-at", "2999-01-01T00:00:00Z")));
            String said = sender.say(all.toString());
            assertFalse(said.contains("status="), "nothing has expired yet");
        }
        server.kill();
        server.start();
        Thread.sleep(Math.max(0, end.plusMillis(count * 5L).toEpochMilli() - System.currentTimeMillis()));
        server.kill(); // in the middle of them
        server.start();
        try (RawClient sender = RawClient.login(server, juliet)) {
            sender.write("<presence/>");
            Set<String> told = new HashSet<>();
            StringBuilder got = new StringBuilder();
            while (told.size() < count) {
                got.append(sender.readUntil("</message>"));
                told.clear();
                Matcher ids = Pattern.compile("<message [^>]*id='(e[0-9]+\\.)'").matcher(got);
                while (ids.find()) {
                    assertTrue(told.add(ids.group(1)), ids.group(1) + " came twice");
                }
            }
            assertFalse(got.toString().contains("<body"), "no content");
            String more = sender.say("");
            assertFalse(more.contains("status="), more);
            leave(sender);
        }
        try (RawClient recipient = RawClient.login(server, romeo)) {
            recipient.write("<presence/>");
            String got = recipient.readUntil("</message>");
            assertTrue(got.contains("<body>later</body>"), got);
            assertEquals(-1, got.indexOf("<body>e"));
            leave(recipient);
        }
    }

    @Test
    void switchedOffRulesMeanNothingAndOfflineStorageGoesOn() throws Exception {
        String romeo = newUser("romeo");
        try (RawClient sender = RawClient.login(server, newUser("juliet"))) {
            switchRules(sender, false);
            rulesMeanNothing(sender, romeo);
            switchRules(sender, true);
        }
    }

    /** What expires meanwhile is neither lost nor forgotten: its sender is told when the bundle is back, once. */
    @Test
    void withTheBundleStoppedOfflineStorageGoesOnAndRulesThatWaitAreFollowedWhenItIsBack() throws Exception {
        String romeo = newUser("romeo");
        String juliet = newUser("juliet");
        befriend(romeo, juliet);
        try (RawClient sender = RawClient.login(server, juliet);
                RawClient nurse = RawClient.login(server, newUser("nurse"))) {
            sender.write("<presence/>");
            Instant end = Instant.now().plusSeconds(20); // the bundle must be gone by then
            sender.say(message(romeo, "ends", rule("alert", "expire-at", end)));
            server.shell("felix:stop im.restante.amp");
            awaitRules(sender, false);
            rulesMeanNothing(sender, newUser("paris"));
            Await.until("its end", Duration.ofSeconds(60), () -> Instant.now().isAfter(end.plusSeconds(2)));
            assertFalse(sender.say("").contains("status="), "nobody reads rules");
            assertTrue(server.shell("restante:spool " + jid(romeo)).contains("1 message"), "it waits");

            server.shell("felix:start " + bundleId("im.restante.amp"));
            awaitRules(nurse, true); // the sender would read what she is told while she asks
            String told = sender.readUntil("</message>");
            assertTrue(told.contains("status='alert'") && told.contains("id='ends'"), told);
            Await.until(
                    "it is gone",
                    Duration.ofSeconds(60),
                    () -> server.shell("restante:spool " + jid(romeo)).contains("nothing waits"));
            assertFalse(sender.say("").contains("status="), "told once");
            leave(sender);
        }
    }

    private String bundleId(String symbolicName) throws Exception {
        Matcher line = Pattern.compile("(\\d+)\\|[^\n]*\\|" + Pattern.quote(symbolicName) + " ")
                .matcher(server.shell("felix:lb -s"));
        assertTrue(line.find());
        return line.group(1);
    }

    /** A message whose rule would have it dropped is stored and handed over. */
    private void rulesMeanNothing(RawClient sender, String romeo) throws Exception {
        Await.until("what it is dropped by is gone for routing, too", Duration.ofSeconds(60), () -> {
            String said = sender.say(message(romeo, "plain", rule("drop", "deliver", "stored")));
            assertFalse(said.contains("<message"), said);
            return server.shell("restante:spool " + jid(romeo)).contains("1 message");
        });
        try (RawClient recipient = RawClient.login(server, romeo)) {
            recipient.write("<presence/>");
            String got = recipient.readUntil("</message>");
            assertTrue(got.contains("<body>plain</body>"), got);
            leave(recipient);
        }
    }

    @Test
    void switchedOffAsAPluginInInitPropertiesTheRestGoesOn() throws Exception {
        Path properties = server.home().resolve("etc/init.properties");
        try (RawClient sender = RawClient.login(server, newUser("juliet"))) {
            Files.writeString(properties, "--sm-plugins=-amp\n");
            awaitRules(sender, false);
            rulesMeanNothing(sender, newUser("romeo"));
            Files.writeString(properties, "--sm-plugins=+amp\n");
            awaitRules(sender, true);
        }
    }

    private void switchRules(RawClient client, boolean on) throws Exception {
        server.configure("im.restante.amp", "enabled", Boolean.toString(on));
        awaitRules(client, on);
    }

    private void awaitRules(RawClient client, boolean on) throws Exception {
        String query =
                "<iq type='get' id='n' to='localhost'>" + "<query xmlns='http://jabber.org/protocol/disco#info'/></iq>";
        Await.until(
                "rules followed: " + on,
                Duration.ofSeconds(60),
                () -> client.say(query).contains(AMP) == on);
    }
}
