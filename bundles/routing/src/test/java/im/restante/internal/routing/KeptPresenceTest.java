package im.restante.internal.routing;

import static im.restante.internal.routing.Server.ROMEO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.routing.Server.Client;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session's presence costs the server for as long as the session lasts. */
class KeptPresenceTest {
    private static final String MATTERS = "<show>away</show><status>At the market</status><priority>7</priority>"
            + "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:x' ver='v'/>";

    private final Server server = new Server();

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<q/>", "<q a='&lt;'/>", "text ", "<deep><q/></deep>"})
    void ofALargePresenceWhatMattersIsKept(String small) {
        Client romeo = server.connect(ROMEO, "orchard");
        romeo.say("<presence id='p'>" + MATTERS + "<x xmlns='urn:large'>" + small.repeat(10_000) + "</x></presence>");
        assertNull(romeo.link.last());
        assertEquals(7, server.host.sessions().get(0).priority());
        Element kept = kept();
        assertTrue(kept.heap() <= KeptPresence.MOST_HEAP, () -> kept.heap() + " bytes");
        Element whole = Server.xml("<presence id='p' from='" + ROMEO + "/orchard'>" + MATTERS + "</presence>");
        assertEquals(whole, kept);
        assertNull(kept.origin());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"<show>%s</show>", "<status>%s</status>", "<c xmlns='http://jabber.org/protocol/caps' ver='%s'/>"
            })
    void whatMattersIsLeftOutIfItIsTooLargeItself(String child) {
        Client romeo = server.connect(ROMEO, "orchard");
        romeo.say("<presence>" + String.format(child, "x".repeat(100_000)) + "<priority>7</priority></presence>");
        Element kept = kept();
        assertTrue(kept.heap() <= KeptPresence.MOST_HEAP, () -> kept.heap() + " bytes");
        assertEquals(
                List.of("priority"), kept.children().stream().map(Element::name).toList());
    }

    @Test
    void anIdIsLeftOutIfItIsTooLarge() {
        Client romeo = server.connect(ROMEO, "orchard");
        romeo.say("<presence id='" + "x".repeat(100_000) + "'><show>away</show></presence>");
        assertTrue(kept().heap() <= KeptPresence.MOST_HEAP);
        assertNull(kept().attribute("id"));
        assertEquals(
                "away", kept().child(Namespaces.CLIENT, "show").orElseThrow().text());
        assertEquals(ROMEO + "/orchard", kept().attribute("from"));
    }

    @Test
    void anOrdinaryPresenceIsKeptAsItCame() {
        Element ordinary = Server.xml(
                "<presence from='" + ROMEO + "/orchard'>" + MATTERS + "<x xmlns='vcard-temp:x:update'><photo>"
                        + "a".repeat(40) + "</photo></x><x xmlns='urn:x'/></presence>");
        assertSame(ordinary, KeptPresence.of(ordinary));
    }

    private Element kept() {
        return server.registry.sessions(ROMEO).get(0).presence();
    }
}
