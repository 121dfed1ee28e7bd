package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jivesoftware.smack.XMPPException.XMPPErrorException;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smackx.delay.packet.DelayInformation;
import org.jivesoftware.smackx.offline.OfflineMessageHeader;
import org.jivesoftware.smackx.offline.OfflineMessageManager;
import org.jivesoftware.smackx.offline.packet.OfflineMessageInfo;
import org.junit.jupiter.api.Test;

/** XEP-0013 with Smack's own manager of waiting messages, and in bulk. */
class RetrievalIT extends ServerTest {
    private static final int MANY = 10_000;
    private static final Pattern HEADER = Pattern.compile("<item jid='([^']*)' node='([0-9a-f]{16})' name='([^']*)'");

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.quota", "store-limit", "-1");
    }

    /** That many messages wait, numbered from 0; gives who sent them. */
    private String waiting(String romeo, int count) throws Exception {
        String juliet = newUser("juliet");
        try (RawClient sender = RawClient.login(server, juliet)) {
            StringBuilder all = new StringBuilder();
            for (int n = 0; n < count; n++) {
                all.append("<message type='chat' to='")
                        .append(jid(romeo))
                        .append("'><body>")
                        .append(n)
                        .append("</body></message>");
            }
            sender.say(all.toString());
        }
        return juliet;
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static OfflineMessageManager byHand(SmackClient client) {
        return OfflineMessageManager.getInstanceFor(client.connection);
    }

    private static List<String> nodes(List<OfflineMessageHeader> headers) {
        return headers.stream().map(OfflineMessageHeader::getStamp).toList();
    }

    /** What came with a node: Smack's own collection of it begins after the request was sent, and may miss the first. */
    private static List<String> retrieved(SmackClient client) {
        return client.messages.stream()
                .filter(message -> message.hasExtension(OfflineMessageInfo.class))
                .map(Message::getBody)
                .toList();
    }

    private static void soon(String what, BooleanSupplier condition) throws Exception {
        Await.until(what, Duration.ofSeconds(60), condition::getAsBoolean);
    }

    @Test
    void smackCountsListsViewsAndRemoves() throws Exception {
        String romeo = newUser("romeo");
        String juliet = waiting(romeo, 5);
        try (SmackClient client = SmackClient.login(server, romeo, "orchard")) {
            OfflineMessageManager waiting = byHand(client);
            assertTrue(waiting.supportsFlexibleRetrieval());
            assertEquals(5, waiting.getMessageCount());
            List<OfflineMessageHeader> headers = waiting.getHeaders();
            assertEquals(5, headers.size());
            for (OfflineMessageHeader header : headers) {
                assertEquals(jid(romeo), header.getUser().toString());
                assertTrue(header.getJid().toString().startsWith(jid(juliet) + "/raw"), header.getJid());
            }
            List<String> nodes = nodes(headers);
            assertEquals(nodes.stream().sorted().toList(), nodes);

            waiting.getMessages(List.of(nodes.get(1), nodes.get(3)));
            client.ping();
            assertEquals(List.of("1", "3"), retrieved(client));
            Message first = client.messages.get(0);
            assertEquals(
                    nodes.get(1), first.getExtension(OfflineMessageInfo.class).getNode());
            assertTrue(first.hasExtension(DelayInformation.class), "it says when it was sent");
            assertEquals(5, waiting.getMessageCount(), "viewing removes nothing");

            waiting.deleteMessages(List.of(nodes.get(1), nodes.get(3)));
            assertEquals(List.of(nodes.get(0), nodes.get(2), nodes.get(4)), nodes(waiting.getHeaders()));
            String why = server.shell("restante:why " + jid(romeo));
            assertTrue(
                    why.contains("removed from the spool by its owner (received ")
                            && why.contains("by " + jid(romeo) + "/orchard"),
                    why);

            waiting.deleteMessages();
            assertEquals(0, waiting.getMessageCount());
            assertEquals(List.of(), waiting.getHeaders());
        }
        assertTrue(server.shell("restante:spool " + jid(romeo)).contains("nothing waits"));
    }

    @Test
    void smackFetchesAllAndNoFloodFollowsItsPresence() throws Exception {
        String romeo = newUser("romeo");
        waiting(romeo, 250);
        try (SmackClient client = SmackClient.login(server, romeo, "orchard")) {
            byHand(client).getMessages();
            soon("250 messages", () -> retrieved(client).size() >= 250);
            assertEquals(numbers(0, 250), retrieved(client));
            client.available(0);
            client.ping(); // who is not there yet gets no live mail
            try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
                juliet.chat(jid(romeo), "live");
                juliet.ping();
            }
            client.awaitBodies(251);
            client.ping();
            assertEquals(251, client.bodies().size(), "the live one, and no flood");
            assertEquals("live", client.bodies().get(250));
            assertTrue(server.shell("restante:sessions").contains("HELD"));
        }
        try (SmackClient next = SmackClient.online(server, romeo, "orchard")) {
            next.awaitBodies(250);
            next.ping();
            assertEquals(numbers(0, 250), next.bodies(), "nothing was removed, and the hold has ended");
        }
    }

    @Test
    void anotherResourceIsNotFloodedWhileTheFirstReads() throws Exception {
        String romeo = newUser("romeo");
        waiting(romeo, 20);
        try (SmackClient hall = SmackClient.login(server, romeo, "hall")) {
            try (SmackClient orchard = SmackClient.login(server, romeo, "orchard")) {
                assertEquals(20, byHand(orchard).getMessageCount());
                hall.available(1);
                hall.ping(); // who is not there yet gets no live mail
                try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
                    juliet.chat(jid(romeo), "live");
                    hall.awaitBodies(1);
                }
                hall.ping();
                assertEquals(List.of("live"), hall.bodies());
                byHand(orchard)
                        .deleteMessages(nodes(byHand(orchard).getHeaders()).subList(0, 15));
            }
            hall.awaitBodies(6); // the first has left
            assertEquals(List.of("live", "15", "16", "17", "18", "19"), hall.bodies());
        }
    }

    @Test
    void aDrainThatIsGoingOnStopsForTheOneWhoAsks() throws Exception {
        String romeo = newUser("romeo");
        waiting(romeo, 1_000);
        try (RawClient mute = RawClient.login(server, romeo);
                SmackClient orchard = SmackClient.login(server, romeo, "orchard")) {
            mute.write("<presence/>");
            mute.readUntil("<body>50</body>"); // answers no ping: it is given a window and no more
            List<String> nodes = nodes(byHand(orchard).getHeaders());
            assertEquals(1_000, nodes.size(), "nothing is proved yet");
            byHand(orchard).deleteMessages(nodes.subList(0, 990));
            mute.socket.close();
            orchard.available(0);
            orchard.ping();
            assertEquals(List.of(), orchard.bodies());
            assertEquals(nodes.subList(990, 1_000), nodes(byHand(orchard).getHeaders()));
        }
        try (SmackClient next = SmackClient.online(server, romeo, "orchard")) {
            next.awaitBodies(10);
            next.ping();
            assertEquals(numbers(990, 1_000), next.bodies());
        }
    }

    @Test
    void whatIsNotThereIsNamedAndOthersNodesAreForbidden() throws Exception {
        String romeo = newUser("romeo");
        waiting(romeo, 2);
        String paris = newUser("paris");
        try (SmackClient client = SmackClient.login(server, romeo, "orchard")) {
            XMPPErrorException missing = assertThrows(
                    XMPPErrorException.class, () -> byHand(client).deleteMessages(List.of("00000000000000ff")));
            assertEquals(
                    StanzaError.Condition.item_not_found,
                    missing.getStanzaError().getCondition());
        }
        try (RawClient client = RawClient.login(server, romeo);
                RawClient stranger = RawClient.login(server, paris)) {
            String node = headers(client.say(items(""))).get(0);
            String said = client.say(offline(null, "view", node, "00000000000000ff"));
            assertTrue(said.contains("<body>0</body>"), said);
            assertTrue(said.contains("<item-not-found"), said);
            String named = said.substring(said.indexOf("<error"));
            assertTrue(named.contains("node='00000000000000ff'") && !named.contains(node), said);
            String refused = refusals(stranger, jid(romeo), node);
            assertEquals(2, refused.split("<forbidden", -1).length - 1, refused);
            assertFalse(refused.contains("<body>"), refused);
            assertEquals(refused, refusals(stranger, "nobody@localhost", node), "nobody learns who exists");
        }
    }

    @Test
    void tenThousandHeadersAreReadPortionByPortionAndAllFetched() throws Exception {
        String romeo = newUser("romeo");
        waiting(romeo, MANY);
        try (RawClient client = RawClient.login(server, romeo)) {
            List<String> nodes = new ArrayList<>();
            String after = "";
            do {
                String said = client.say(items("", "<max>500</max>" + after));
                assertTrue(said.contains("<count>" + MANY + "</count>"), said);
                List<String> portion = headers(said);
                nodes.addAll(portion);
                after = portion.isEmpty() ? null : "<after>" + portion.get(portion.size() - 1) + "</after>";
            } while (after != null);
            assertEquals(MANY, nodes.size());
            assertEquals(nodes.stream().sorted().distinct().toList(), nodes);
            assertEquals(nodes.subList(MANY - 10, MANY), headers(client.say(items("", "<max>10</max><before/>"))));
        }
        try (SmackClient client = SmackClient.login(server, romeo, "orchard")) {
            byHand(client).getMessages();
            client.ping();
            assertEquals(numbers(0, MANY), retrieved(client), "all, and in front of the result");
            byHand(client).deleteMessages();
        }
        assertTrue(server.shell("restante:spool " + jid(romeo)).contains("nothing waits"));
    }

    private static String refusals(RawClient stranger, String to, String node) throws Exception {
        String said = stranger.say(offline(to, "view", node) + items(" to='" + to + "'"));
        return said.substring(said.indexOf("<iq type='error'"), said.lastIndexOf("</iq>"))
                .replace(to, "X");
    }

    private static List<String> headers(String said) {
        List<String> nodes = new ArrayList<>();
        Matcher header = HEADER.matcher(said);
        while (header.find()) {
            nodes.add(header.group(2));
        }
        return nodes;
    }

    private static String items(String to) {
        return items(to, null);
    }

    /** @param rsm null for a question without portions */
    private static String items(String to, String rsm) {
        return "<iq type='get' id='items'" + to + "><query xmlns='http://jabber.org/protocol/disco#items'"
                + " node='http://jabber.org/protocol/offline'>"
                + (rsm == null ? "" : "<set xmlns='http://jabber.org/protocol/rsm'>" + rsm + "</set>")
                + "</query></iq>";
    }

    private static String offline(String to, String action, String... nodes) {
        StringBuilder items = new StringBuilder();
        for (String node : nodes) {
            items.append("<item action='" + action + "' node='" + node + "'/>");
        }
        return "<iq type='get' id='by-hand'" + (to == null ? "" : " to='" + to + "'")
                + "><offline xmlns='http://jabber.org/protocol/offline'>" + items + "</offline></iq>";
    }
}
