package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.routing.Server.Client;
import im.restante.session.CloseReason;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What listeners are told of messages. */
class MessageListenerTest {
    private final Server server = new Server(Map.of());
    private final Told told = new Told();
    private Client juliet;

    @BeforeEach
    void start() {
        server.addMessageListener(told);
        juliet = server.connect(JULIET, "balcony");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void ofAStoredMessageTheyAreToldAndThenOfItsProof() {
        juliet.chat(ROMEO, "1");
        assertEquals(List.of("juliet@localhost -> romeo@localhost 1: Stored[rule=default: body]"), told.lines);
        server.live(ROMEO, "orchard", 0);
        assertEquals(
                "romeo@localhost [" + told.arrivals.get(0) + "] PROVED (to romeo@localhost/orchard)",
                told.lines.get(1));
    }

    @Test
    void ofALiveMessageTheyAreToldWithItsArrivalId() {
        Client romeo = server.live(ROMEO, "orchard", 0);
        juliet.chat(ROMEO, "1");
        assertEquals(List.of("juliet@localhost -> romeo@localhost 1: Delivered[sessions=1]"), told.lines);
        Element got = romeo.link.last();
        assertEquals(
                got.child(Namespaces.STANZA_ID, "stanza-id").orElseThrow().attribute("id"),
                server.spool.stanzaId(ROMEO, told.arrivals.get(0)));
    }

    @Test
    void ofWhatALostSessionDidNotGetTheyAreToldThatItIsBackInTheSpool() {
        Client romeo = server.live(ROMEO, "orchard", 0);
        romeo.link.hold(100);
        juliet.chat(ROMEO, "1");
        romeo.end(CloseReason.CUT);
        eventually(() -> told.lines.size() == 2);
        String back = told.lines.get(1);
        assertTrue(back.startsWith("romeo@localhost [" + told.arrivals.get(0) + "] RETURNED"), back);
    }

    @Test
    void ofEachThatIsBackTheyAreToldThoughTheStoreTakesNotAll() {
        Client romeo = server.live(ROMEO, "orchard", 0);
        romeo.link.hold(100);
        List.of("1", "2", "3").forEach(n -> juliet.chat(ROMEO, n));
        long second = told.arrivals.get(1);
        server.delivery.neverTaken = row -> row.id() == second;
        romeo.endLater(CloseReason.CUT);
        eventually(() -> told.lines.size() == 4);
        assertEquals(
                "romeo@localhost [" + told.arrivals.get(0) + ", " + told.arrivals.get(2)
                        + "] RETURNED (its session ended before it had it)",
                told.lines.get(3));
        assertEquals(1, server.spool.unstored());
        server.delivery.neverTaken = row -> false;
        eventually(() -> told.lines.size() == 5);
        assertTrue(told.lines.get(4).startsWith("romeo@localhost [" + second + "] RETURNED"), told.lines::toString);
        eventually(() -> server.spool.unstored() == 0);
        assertEquals(List.of("1", "2", "3"), server.delivery.spool(ROMEO));
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            to='mercutio@localhost' type='chat'   | <body>1</body>            | Refused[reason=there is no such account
            to='romeo@localhost' type='headline'  | <body>1</body>            | Dropped[reason=nobody is there for a message of type headline]
            to='romeo@localhost' type='chat'      | <active xmlns='http://jabber.org/protocol/chatstates'/>  | Skipped[reason=default
            to='romeo@localhost/gone'             | <body>1</body>            | Refused[reason=nobody is there for a message of type normal to a resource
            to='romeo@example.org' type='chat'    | <body>1</body>            | Refused[reason=another domain
            to='romeo@example.org' type='error'   | <body>1</body>            | Dropped[reason=another domain
            to='localhost' type='chat'            | <body>1</body>            | Refused[reason=to the server itself
            to='localhost' type='headline'        | <body>1</body>            | Dropped[reason=to the server itself
            """)
    void ofWhatIsNotStoredTheyAreToldOnceWithTheReason(String attributes, String content, String verdict) {
        juliet.say("<message " + attributes + " id='a'>" + content + "</message>");
        assertEquals(1, told.lines.size(), told.lines::toString);
        String line = told.lines.get(0);
        assertTrue(line.contains(" a: " + verdict), line);
        assertEquals(List.of(0L), told.arrivals);
    }

    @Test
    void ofBlocksTheyAreTold() {
        server.roster.blocked.add("romeo@localhost juliet@localhost");
        juliet.chat(ROMEO, "1");
        assertEquals(1, told.lines.size(), told.lines::toString);
        assertTrue(told.lines.get(0).contains("Refused[reason=the recipient blocks the sender"), told.lines::toString);
    }

    @Test
    void nothingStopsWhenAListenerGoes() {
        server.removeMessageListener(told);
        juliet.chat(ROMEO, "1");
        assertEquals(List.of(), told.lines);
        assertEquals(List.of("1"), server.delivery.spool(ROMEO));
    }
}
