package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.routing.Server.Client;
import im.restante.jid.Jid;
import im.restante.session.Outcome;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 6121 §8 and what surrounds it, cell by cell, seen from outside. */
class RoutingTest {
    private Server server = new Server();

    @AfterEach
    void stop() {
        server.close();
    }

    /**
     * Sessions by priority ({@code n}: connected without presence), the address, then for each type who gets it: resources,
     * {@code spool}, {@code error}, or {@code -} for nobody.
     */
    @ParameterizedTest(name = "{0} to {1}: {2} {3} {4} {5} {6}")
    @CsvSource({
        // sessions of romeo, to,      normal,  chat,    groupchat, headline, error
        "no account,         bare,     error,   error,   error,     -,        -",
        "no account,         gone,     error,   error,   error,     -,        -",
        "'',                 bare,     spool,   spool,   error,     -,        -",
        "'',                 gone,     error,   spool,   error,     -,        -",
        "n,                  bare,     spool,   spool,   error,     -,        -",
        "n,                  gone,     error,   spool,   error,     -,        -",
        "n,                  a,        a,       a,       a,         a,        a",
        "-1,                 bare,     spool,   spool,   error,     -,        -",
        "-1,                 a,        a,       a,       a,         a,        a",
        "-1,                 gone,     error,   spool,   error,     -,        -",
        "0,                  bare,     a,       a,       error,     a,        -",
        "0,                  a,        a,       a,       a,         a,        a",
        "0,                  gone,     error,   a,       error,     -,        -",
        "0 5,                bare,     a b,     a b,     error,     a b,      -",
        "0 5,                a,        a,       a,       a,         a,        a",
        "0 5,                gone,     error,   a b,     error,     -,        -",
        "0 -1,               bare,     a,       a,       error,     a,        -",
        "0 -1,               b,        b,       b,       b,         b,        b",
        "0 -1,               gone,     error,   a,       error,     -,        -",
    })
    void routes(
            String sessions, String to, String normal, String chat, String groupchat, String headline, String error) {
        Jid account = sessions.equals("no account") ? Jid.of("nobody@localhost") : ROMEO;
        List<Client> clients = new ArrayList<>();
        for (String priority : sessions.isEmpty() || sessions.startsWith("no ") ? new String[0] : sessions.split(" ")) {
            String resource = clients.isEmpty() ? "a" : "b";
            clients.add(
                    priority.equals("n")
                            ? server.connect(ROMEO, resource)
                            : server.live(ROMEO, resource, Integer.parseInt(priority)));
        }
        String address = to.equals("bare") ? account.toString() : account + "/" + to;
        assertEquals(normal, disposition(account, clients, address, ""));
        assertEquals(normal, disposition(account, clients, address, " type='normal'"));
        assertEquals(normal, disposition(account, clients, address, " type='never heard of'"));
        assertEquals(chat, disposition(account, clients, address, " type='chat'"));
        assertEquals(groupchat, disposition(account, clients, address, " type='groupchat'"));
        assertEquals(headline, disposition(account, clients, address, " type='headline'"));
        assertEquals(error, disposition(account, clients, address, " type='error'"));
    }

    private int asked;

    private String disposition(Jid account, List<Client> recipients, String to, String type) {
        Client juliet = server.connect(JULIET, "q" + asked++);
        String body = "question " + asked;
        juliet.say("<message to='" + to + "'" + type + "><body>" + body + "</body></message>");
        String who = recipients.stream()
                .filter(c -> c.bodies().contains(body))
                .map(c -> c.jid().resource())
                .collect(Collectors.joining(" "));
        List<String> dispositions = new ArrayList<>();
        if (!who.isEmpty()) {
            dispositions.add(who);
        }
        if (server.delivery.spool(account).contains(body)) {
            dispositions.add("spool");
        }
        if (juliet.link.last() != null) {
            assertEquals("service-unavailable", condition(juliet.link.last()));
            assertEquals(to, juliet.link.last().attribute("from"));
            dispositions.add("error");
        }
        return dispositions.isEmpty() ? "-" : String.join(",", dispositions);
    }

    private static String condition(Element stanza) {
        assertEquals("error", stanza.attribute("type"));
        return stanza.child(Namespaces.CLIENT, "error")
                .orElseThrow()
                .firstChild()
                .orElseThrow()
                .name();
    }

    @Test
    void everyCellOfTheTableIsFilled() {
        for (RoutingTable row : RoutingTable.values()) {
            for (im.restante.stanza.Message.Type type : im.restante.stanza.Message.Type.values()) {
                assertNotNull(row.action(type), row + " " + type);
            }
        }
    }

    @Test
    void aReceiptForAResourceThatIsGoneIsTakenToTheAccount() {
        Client juliet = server.connect(JULIET, "balcony");
        String receipt = "<message to='romeo@localhost/gone' id='r1'><received xmlns='" + Namespaces.RECEIPTS
                + "' id='1'/></message>";
        juliet.say(receipt);
        assertEquals(1, server.delivery.spool(ROMEO).size());
        Client romeo = server.live(ROMEO, "orchard", 0);
        juliet.say(receipt);
        assertEquals(2, romeo.link.received().size());
    }

    /** RFC 6121 §8.5.3.2.1; with a body it is no different. */
    @Test
    void contentWithoutABodyForAResourceThatIsGoneIsAnsweredOrKeptByItsType() {
        Client juliet = server.connect(JULIET, "balcony");
        String link = "<x xmlns='jabber:x:oob'><url>https://example.org/f</url></x></message>";
        juliet.say("<message to='romeo@localhost/gone'>" + link);
        assertEquals("service-unavailable", condition(juliet.link.last()));
        assertEquals(0, server.delivery.spool(ROMEO).size());
        juliet.say("<message to='romeo@localhost/gone' type='chat'>" + link);
        juliet.say("<message to='romeo@localhost'>" + link);
        assertEquals(2, server.delivery.spool(ROMEO).size());
    }

    @Test
    void whatAnOperatorsPathKeepsIsTakenToTheAccountWhateverItsType() {
        Client juliet = server.connect(JULIET, "balcony");
        juliet.say("<message to='romeo@localhost/gone' id='rule:1' type='headline'><body>1</body></message>");
        juliet.say("<message to='romeo@localhost' id='rule:2' type='headline'><body>2</body></message>");
        juliet.say("<message to='romeo@localhost/gone' id='rule:3'><body>3</body></message>");
        assertEquals(List.of("1", "2", "3"), server.delivery.spool(ROMEO));
    }

    @Test
    void aMessageWithoutRecipientIsForTheSendersOwnAccount() {
        Client juliet = server.live(JULIET, "balcony", 0);
        juliet.say("<message type='chat'><body>note</body></message>");
        assertEquals(List.of("note"), juliet.bodies());
        assertEquals("juliet@localhost", juliet.link.last().attribute("to"));
    }

    @Test
    void anotherDomainIsNotFound() {
        Client juliet = server.connect(JULIET, "balcony");
        juliet.chat("a@elsewhere.example", "1");
        assertEquals("remote-server-not-found", condition(juliet.link.last()));
        juliet.say("<message to='a@elsewhere.example' type='error'><body>2</body></message>");
        juliet.say("<iq to='elsewhere.example' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
        assertEquals(2, juliet.link.received().size());
        assertEquals("remote-server-not-found", condition(juliet.link.last()));
    }

    @Test
    void unknownUsersCanBeMetWithSilence() {
        server.close();
        server = new Server(Map.of("unknown-user", "silence"));
        Client juliet = server.connect(JULIET, "balcony");
        juliet.chat("nobody@localhost", "1");
        assertNull(juliet.link.last());
        juliet.say("<message to='nobody@localhost/gone'><body>1</body></message>");
        assertEquals(1, juliet.link.received().size(), "as for an account whose resource is gone");
        server.modified(Map.of("unknown-user", "error"));
        juliet.chat("nobody@localhost", "2");
        assertEquals("service-unavailable", condition(juliet.link.last()));
        server.modified(Map.of("unknown-user", "perhaps"));
        juliet.chat("nobody@localhost", "3");
        assertEquals(3, juliet.link.received().size(), "the last good settings stay");
    }

    @Test
    void whatIsNotKeptIsAnsweredAsTheRulesSay() {
        Client juliet = server.connect(JULIET, "balcony");
        juliet.say("<message to='romeo@localhost' type='chat'><composing xmlns='" + Namespaces.CHAT_STATES
                + "'/></message>");
        assertNull(juliet.link.last());
    }

    @Test
    void theSenderIsStampedAndForgedMarksAreRemoved() {
        Client juliet = server.connect(JULIET, "balcony");
        Client romeo = server.live(ROMEO, "orchard", 0);
        juliet.say("<message to='romeo@localhost' type='chat'><body>1</body>"
                + "<delay xmlns='urn:xmpp:delay' from='LOCALHOST' stamp='2000-01-01T00:00:00Z'/>"
                + "<delay xmlns='urn:xmpp:delay' from='room@elsewhere.example' stamp='2000-01-01T00:00:00Z'/>"
                + "<x xmlns='jabber:x:delay' from='localhost' stamp='20000101T00:00:00' id='forged'/>"
                + "<stanza-id xmlns='urn:xmpp:sid:0' by='romeo@localhost' id='forged'/>"
                + "<stanza-id xmlns='urn:xmpp:sid:0' by='localhost' id='forged'/>"
                + "<offline xmlns='http://jabber.org/protocol/offline'><item node='forged'/></offline>"
                + "<stanza-id xmlns='urn:xmpp:sid:0' by='room@elsewhere.example' id='theirs'/></message>");
        Element got = romeo.link.last();
        assertEquals("juliet@localhost/balcony", got.attribute("from"));
        List<String> marks = got.children().stream()
                .filter(c -> c.name().equals("delay") || c.name().equals("stanza-id"))
                .map(c -> c.name() + " " + (c.attribute("from") == null ? c.attribute("by") : c.attribute("from")))
                .toList();
        assertEquals(
                List.of(
                        "delay room@elsewhere.example",
                        "stanza-id room@elsewhere.example",
                        "stanza-id romeo@localhost"),
                marks);
        assertFalse(got.children().stream().anyMatch(c -> "forged".equals(c.attribute("id"))));
        assertTrue(got.child(Namespaces.OFFLINE, "offline").isEmpty());
    }

    @Test
    void blockedSendersAndBlockingSendersAreAnsweredByTheBlockList() {
        Client juliet = server.connect(JULIET, "balcony");
        Client romeo = server.live(ROMEO, "orchard", 0);
        server.roster.blocked.add("romeo@localhost juliet@localhost");
        juliet.chat(ROMEO, "1");
        assertEquals("their-block", juliet.link.last().attribute("id"));
        juliet.say("<iq to='" + romeo.jid() + "' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
        assertEquals(2, juliet.link.received().size());
        romeo.chat(JULIET, "2");
        assertEquals("their-block", juliet.link.last().attribute("id"));
        server.roster.blocked.clear();
        server.roster.blocked.add("juliet@localhost romeo@localhost");
        juliet.chat(ROMEO, "3");
        assertEquals("my-block", juliet.link.last().attribute("id"));
        assertEquals(List.of(), romeo.bodies());
    }

    @Test
    void aSlowAnswerAboutOneStanzaDoesNotLetTheNextOvertake() {
        Client juliet = server.connect(JULIET, "balcony");
        Client romeo = server.live(ROMEO, "orchard", 0);
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        server.roster.answer = slow;
        CompletionStage<Outcome> first =
                juliet.send("<message to='romeo@localhost' type='chat'><body>1</body></message>");
        server.roster.answer = CompletableFuture.completedFuture(false);
        CompletionStage<Outcome> second =
                juliet.send("<message to='romeo@localhost' type='chat'><body>2</body></message>");
        assertEquals(List.of(), romeo.bodies());
        slow.complete(false);
        Server.get(first);
        Server.get(second);
        assertEquals(List.of("1", "2"), romeo.bodies());
    }

    @Test
    void messagesWaitForADeliveryThatIsReplacedAndKeepTheirOrder() {
        Client juliet = server.connect(JULIET, "balcony");
        server.unsetDelivery();
        List<CompletionStage<Outcome>> open = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            open.add(juliet.send("<message to='romeo@localhost' type='chat'><body>" + i + "</body></message>"));
        }
        server.setDelivery();
        open.forEach(Server::get);
        assertEquals(List.of("1", "2", "3", "4", "5"), server.delivery.spool(ROMEO));
        assertNull(juliet.link.last());
    }

    @Test
    void withoutADeliveryTheSenderIsToldToTryLater() {
        server.modified(Map.of("swap-timeout-seconds", "0"));
        Client juliet = server.connect(JULIET, "balcony");
        server.unsetDelivery();
        juliet.chat(ROMEO, "1");
        assertEquals("service-unavailable", condition(juliet.link.last()));
        assertEquals(
                "wait",
                juliet.link
                        .last()
                        .child(Namespaces.CLIENT, "error")
                        .orElseThrow()
                        .attribute("type"));
    }

    // ---- IQs

    @Test
    void anIqForAResourceGoesThereAndItsAnswerComesBack() {
        Client juliet = server.connect(JULIET, "balcony");
        Client romeo = server.connect(ROMEO, "orchard");
        juliet.say("<iq to='romeo@localhost/orchard' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
        assertEquals("juliet@localhost/balcony", romeo.link.last().attribute("from"));
        romeo.say("<iq to='juliet@localhost/balcony' type='result' id='1'/>");
        assertEquals("result", juliet.link.last().attribute("type"));
    }

    @ParameterizedTest
    @CsvSource({
        "type='get' id='1' to='romeo@localhost/gone', <a xmlns='x'/>, service-unavailable",
        "type='result' id='1' to='romeo@localhost/gone', '', ",
        "type='error' id='1' to='romeo@localhost/gone', <a xmlns='x'/>, ",
        "type='get' to='romeo@localhost/gone', <a xmlns='x'/>, bad-request",
        "type='get' id='' to='localhost', <a xmlns='x'/>, bad-request",
        "id='1' to='localhost', <a xmlns='x'/>, bad-request",
        "type='never' id='1', <a xmlns='x'/>, bad-request",
        "type='get' id='1', '', bad-request",
        "type='set' id='1', <a xmlns='x'/><b xmlns='x'/>, bad-request",
        "type='result' id='1', <a xmlns='x'/><b xmlns='x'/>, ",
        "type='result' id='1' to='localhost', '', ",
        "type='error' id='1', '', ",
    })
    void requestsAreAlwaysAnsweredAndAnswersNever(String attributes, String payload, String condition) {
        Client juliet = server.connect(JULIET, "balcony");
        juliet.say("<iq " + attributes + ">" + payload + "</iq>");
        Element answer = juliet.link.last();
        assertEquals(condition, answer == null ? null : condition(answer));
    }

    @ParameterizedTest
    @CsvSource({"''", "to='localhost'", "to='juliet@localhost'", "to='romeo@localhost'"})
    void requestsForTheServerOrAnAccountAreAnsweredThroughTheConnection(String to) {
        Client juliet = server.connect(JULIET, "balcony");
        String request = "<iq " + to + " type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>";
        Outcome.Answer without = (Outcome.Answer) juliet.say(request);
        assertEquals("service-unavailable", condition(without.stanza()));
        server.host.setIqRouter(iq -> {
            assertEquals(juliet.jid(), iq.from());
            return CompletableFuture.completedFuture(iq.result());
        });
        Outcome.Answer with = (Outcome.Answer) juliet.say(request);
        assertEquals("result", with.stanza().attribute("type"));
        assertNull(juliet.link.last());
    }

    // ---- presence

    @ParameterizedTest
    @CsvSource({"-129", "128", "much", "''", "\u0665", "0x1"})
    void aPriorityThatIsNoneIsABadRequest(String priority) {
        Client juliet = server.connect(JULIET, "balcony");
        juliet.say("<presence><priority>" + priority + "</priority></presence>");
        assertEquals("bad-request", condition(juliet.link.last()));
        assertTrue(server.roster.last.isEmpty());
        assertFalse(server.host.sessions().get(0).isAvailable());
    }

    @Test
    void presenceIsStampedAndHandedToTheRosterSide() {
        Client juliet = server.connect(JULIET, "balcony");
        juliet.available(-128);
        assertEquals(-128, server.host.sessions().get(0).priority());
        assertEquals(
                "juliet@localhost/balcony",
                server.roster.last.get(juliet.jid()).element().attribute("from"));
        juliet.say("<presence type='unavailable'/>");
        assertFalse(server.host.sessions().get(0).isAvailable());
        juliet.say("<presence type='never'/>");
        assertEquals("bad-request", condition(juliet.link.last()));
        juliet.say("<presence to='romeo@localhost' type='subscribe'/>");
        assertEquals(ROMEO, server.roster.last.get(juliet.jid()).to());
    }

    @Test
    void unavailableMeansAway() {
        Client juliet = server.connect(JULIET, "balcony");
        Client romeo = server.live(ROMEO, "orchard", 0);
        romeo.say("<presence type='unavailable'/>");
        juliet.chat(ROMEO, "1");
        assertEquals(List.of("1"), server.delivery.spool(ROMEO));
        romeo.available(0);
        eventually(() -> romeo.bodies().equals(List.of("1")));
    }
}
