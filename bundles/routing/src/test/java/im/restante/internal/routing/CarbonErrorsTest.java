package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import im.restante.internal.routing.Server.Client;
import im.restante.internal.routing.carbons.CarbonsHandler;
import im.restante.session.CloseReason;
import im.restante.session.Outcome;
import im.restante.stanza.Iq;
import im.restante.xml.Namespaces;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** XEP-0280 §11 and §6: what becomes of a copy that does not arrive is nobody's business but the copy's. */
class CarbonErrorsTest {
    private final Server server = new Server();
    private final CarbonsHandler handler = new CarbonsHandler(server.registry);
    private final FakeLink slow = new FakeLink();
    private Client juliet;
    private Client romeo;
    private Client phone;

    @BeforeEach
    void connect() {
        juliet = server.live(JULIET, "balcony", 0);
        romeo = server.live(ROMEO, "orchard", 0);
        phone = server.connect(ROMEO, "phone", slow);
        phone.available(-1);
        Iq enable = Iq.of(Server.xml("<iq type='set' id='1'><enable xmlns='" + Namespaces.CARBONS + "'/></iq>"));
        Server.get(handler.handle(enable.addressed(phone.jid(), null)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private long copies() {
        return phone.link.received().stream()
                .filter(e -> e.child(Namespaces.CARBONS, "received").isPresent())
                .count();
    }

    @Test
    void anErrorThatAnswersACopyReachesNobody() {
        juliet.chat(ROMEO, "1");
        assertEquals(1, copies());
        phone.say("<message type='error' to='" + phone.link.last().attribute("from") + "'><error type='cancel'>"
                + "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
        assertEquals(List.of(), juliet.link.received());
        assertEquals(
                1,
                romeo.link.received().stream()
                        .filter(e -> e.name().equals("message"))
                        .count());
        assertEquals(List.of(), server.delivery.spool(ROMEO));
    }

    @Test
    void aCopyThatFindsNoRoomIsNeitherToldToTheSenderNorSpooled() {
        slow.hold(0);
        assertInstanceOf(Outcome.class, juliet.chat(ROMEO, "1"));
        assertEquals(List.of("1"), romeo.bodies());
        assertEquals(List.of(), juliet.link.received());
        assertEquals(List.of(), server.delivery.spool(ROMEO));
        assertEquals(0, copies());
    }

    @Test
    void aCopyThatWasNotWrittenWhenItsConnectionEndedIsNotSpooled() {
        slow.hold(10);
        juliet.chat(ROMEO, "1");
        assertEquals(1, slow.waiting());
        phone.end(CloseReason.CUT);
        assertEquals(List.of("1"), romeo.bodies());
        assertEquals(List.of(), server.delivery.spool(ROMEO));
    }
}
