package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.routing.Server.Client;
import im.restante.internal.routing.carbons.CarbonsHandler;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** XEP-0280. */
class CarbonsTest {
    private final Server server = new Server();
    private final CarbonsHandler handler = new CarbonsHandler(server.registry);
    private Client juliet;
    private Client julietsPhone;
    private Client romeo;
    private Client romeosPhone;

    @BeforeEach
    void connect() {
        juliet = server.live(JULIET, "balcony", 0);
        julietsPhone = server.live(JULIET, "phone", 0);
        romeo = server.live(ROMEO, "orchard", 0);
        romeosPhone = server.live(ROMEO, "phone", -1);
        for (Client client : List.of(juliet, julietsPhone, romeo, romeosPhone)) {
            assertEquals("result", ask(client.jid(), "set", "enable").element().attribute("type"));
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Iq ask(Jid from, String type, String element) {
        Iq request = Iq.of(Server.xml(
                "<iq type='" + type + "' id='1'><" + element + " xmlns='" + Namespaces.CARBONS + "'/></iq>"));
        return Server.get(handler.handle(request.addressed(from, null)));
    }

    private static List<String> carbons(Client client, String direction) {
        return client.link.received().stream()
                .flatMap(e -> e.child(Namespaces.CARBONS, direction).stream())
                .map(c -> c.child(Namespaces.FORWARD, "forwarded")
                        .flatMap(f -> f.child(Namespaces.CLIENT, "message"))
                        .flatMap(m -> m.child(Namespaces.CLIENT, "body"))
                        .map(Element::text)
                        .orElse("no body"))
                .toList();
    }

    @Test
    void bothSidesOtherSessionsGetACopyAndNobodyTwo() {
        juliet.chat(ROMEO, "1");
        assertEquals(List.of("1"), romeo.bodies());
        assertEquals(List.of(), carbons(romeo, "received"));
        assertEquals(List.of("1"), carbons(romeosPhone, "received"));
        assertEquals(List.of("1"), carbons(julietsPhone, "sent"));
        assertEquals(List.of(), juliet.link.received());
        Element copy = julietsPhone.link.last();
        assertEquals("juliet@localhost", copy.attribute("from"));
        assertEquals("juliet@localhost/phone", copy.attribute("to"));
        assertEquals("chat", copy.attribute("type"));
    }

    @Test
    void aMessageToOneResourceIsCopiedToTheOther() {
        juliet.chat(romeosPhone.jid(), "1");
        assertEquals(List.of("1"), romeosPhone.bodies());
        assertEquals(List.of("1"), carbons(romeo, "received"));
    }

    @Test
    void aNoteToOneselfComesOnceToEachSession() {
        juliet.chat(JULIET, "note");
        assertEquals(List.of("note"), juliet.bodies());
        assertEquals(List.of("note"), julietsPhone.bodies());
        assertEquals(List.of(), carbons(julietsPhone, "sent"));
        juliet.chat(julietsPhone.jid(), "over there");
        assertEquals(List.of(), carbons(julietsPhone, "sent"));
        assertEquals(List.of(), carbons(juliet, "sent"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<message to='romeo@localhost' type='chat'><body>1</body><private xmlns='urn:xmpp:carbons:2'/></message>",
                "<message to='romeo@localhost' type='chat'><body>1</body><no-copy xmlns='urn:xmpp:hints'/></message>",
                "<message to='romeo@localhost/orchard' type='groupchat'><body>1</body></message>",
                "<message to='romeo@localhost' type='headline'><body>1</body></message>",
                "<message to='romeo@localhost/orchard' type='error'><body>1</body></message>",
                "<message to='romeo@localhost'><thing xmlns='x'/></message>",
                "<message to='elsewhere@example.com' type='chat'><body>1</body></message>",
            })
    void someMessagesAreNeverCopied(String message) {
        juliet.say(message);
        assertEquals(List.of(), carbons(romeosPhone, "received"));
        assertEquals(List.of(), carbons(julietsPhone, "sent"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<message to='romeo@localhost'><body>1</body></message>",
                "<message to='romeo@localhost' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
                "<message to='romeo@localhost'><received xmlns='urn:xmpp:receipts' id='1'/></message>",
            })
    void whatBelongsToAConversationIsCopied(String message) {
        juliet.say(message);
        assertEquals(1, carbons(romeosPhone, "received").size());
        assertEquals(1, carbons(julietsPhone, "sent").size());
    }

    @Test
    void copiesAreNeverSpooledAndDrainedMessagesMakeNone() {
        romeo.say("<presence type='unavailable'/>");
        juliet.chat(ROMEO, "1");
        assertEquals(List.of("1"), server.delivery.spool(ROMEO));
        assertEquals(List.of(), carbons(romeosPhone, "received"));
        romeo.available(0);
        eventually(() -> romeo.bodies().equals(List.of("1")));
        assertEquals(List.of(), carbons(romeosPhone, "received"));
        assertEquals(List.of("1"), carbons(julietsPhone, "sent"));
    }

    @Test
    void carbonsStopWhenTheyAreDisabled() {
        ask(julietsPhone.jid(), "set", "disable");
        ask(romeosPhone.jid(), "set", "disable");
        juliet.chat(ROMEO, "1");
        assertEquals(List.of(), carbons(romeosPhone, "received"));
        assertEquals(List.of(), carbons(julietsPhone, "sent"));
    }

    @Test
    void carbonsAreSetNotAskedForAndAdvertised() {
        assertEquals(Iq.Type.ERROR, ask(juliet.jid(), "get", "enable").type());
        assertEquals(
                Iq.Type.ERROR,
                ask(Jid.of("juliet@localhost/gone"), "set", "enable").type());
        assertTrue(handler.serverFeatures().contains(Namespaces.CARBONS));
        assertTrue(handler.accountFeatures().contains(Namespaces.CARBONS));
    }
}
