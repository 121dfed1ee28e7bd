package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Verdict;
import im.restante.internal.routing.Server.Client;
import im.restante.jid.Jid;
import im.restante.route.NextHop;
import im.restante.route.Route;
import im.restante.session.Outcome;
import im.restante.stanza.Message;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who takes a stanza, by its address. */
class RoutesTest {
    private static final Jid ELSEWHERE = Jid.of("nurse@example.org");

    private final Server server = new Server();
    private final Told told = new Told();
    private final RouteWhiteboard whiteboard = new RouteWhiteboard(server.registry);
    private final Client juliet = server.connect(JULIET, "balcony");

    RoutesTest() {
        server.addMessageListener(told);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** Takes what is for one domain, and gives it a verdict. */
    private static final class Carrier implements Route, NextHop.Away {
        final String domain;
        final CompletionStage<Verdict> verdict;
        final List<Stanza> carried = new CopyOnWriteArrayList<>();

        Carrier(String domain, Verdict verdict) {
            this(domain, completedFuture(verdict));
        }

        Carrier(String domain, CompletionStage<Verdict> verdict) {
            this.domain = domain;
            this.verdict = verdict;
        }

        @Override
        public NextHop next(Jid address) {
            return address.domain().equals(domain) ? this : null;
        }

        @Override
        public CompletionStage<Verdict> send(Stanza stanza) {
            carried.add(stanza);
            return verdict;
        }
    }

    private static Map<String, Object> properties(long serviceId, int ranking) {
        return Map.of("service.id", serviceId, "service.ranking", ranking);
    }

    private String condition() {
        return juliet.link
                .last()
                .child(Namespaces.CLIENT, "error")
                .orElseThrow()
                .children()
                .get(0)
                .name();
    }

    @Test
    void aMessageTakesTheRouteOfItsAddressAsLongAsThereIsOne() {
        Carrier carrier = new Carrier("example.org", new Verdict.Delivered(1));
        Map<String, Object> properties = properties(7, 0);
        whiteboard.addRoute(carrier, properties);
        juliet.chat(ELSEWHERE, "1");
        assertEquals("juliet@localhost -> nurse@example.org 1: Delivered[sessions=1]", told.lines.get(0));
        Message carried = (Message) carrier.carried.get(0);
        assertEquals(juliet.jid(), carried.from());
        assertNull(juliet.link.last());
        whiteboard.removeRoute(carrier, properties);
        juliet.chat(ELSEWHERE, "2");
        assertEquals(1, carrier.carried.size());
        assertEquals("remote-server-not-found", condition());
    }

    @Test
    void theVerdictOfARouteIsWhatTheSenderIsTold() {
        StanzaError error = StanzaError.of(StanzaError.Condition.REMOTE_SERVER_TIMEOUT);
        Carrier carrier = new Carrier("example.org", new Verdict.Failed("it is down", error));
        whiteboard.addRoute(carrier, properties(7, 0));
        juliet.chat(ELSEWHERE, "1");
        assertEquals("remote-server-timeout", condition());
        juliet.say("<iq type='get' id='2' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>");
        assertEquals("2", juliet.link.last().attribute("id"));
        assertEquals("remote-server-timeout", condition());
        int before = juliet.link.received().size();
        juliet.say("<iq type='result' id='3' to='example.org'/>");
        assertEquals(3, carrier.carried.size());
        assertEquals(before, juliet.link.received().size());
    }

    @Test
    void ofTwoForOneAddressTheHigherRankingWinsAndOfEqualsTheOlder() {
        Carrier older = new Carrier("example.org", new Verdict.Delivered(1));
        Carrier newer = new Carrier("example.org", new Verdict.Delivered(1));
        whiteboard.addRoute(newer, properties(8, 0));
        whiteboard.addRoute(older, properties(7, 0));
        juliet.chat(ELSEWHERE, "1");
        assertEquals(1, older.carried.size());
        whiteboard.updatedRoute(newer, properties(8, 1));
        juliet.chat(ELSEWHERE, "2");
        assertEquals(1, older.carried.size());
        assertEquals(1, newer.carried.size());
    }

    @Test
    void theServersOwnAddressesAreItsOwnUnlessARouteRanksAboveIt() {
        Carrier carrier = new Carrier("localhost", new Verdict.Delivered(1));
        whiteboard.addRoute(carrier, properties(7, 0));
        juliet.chat(ROMEO, "1");
        assertEquals(List.of("1"), server.delivery.spool(ROMEO));
        whiteboard.updatedRoute(carrier, properties(7, 1));
        juliet.chat(ROMEO, "2");
        assertEquals(List.of("1"), server.delivery.spool(ROMEO));
        assertEquals(1, carrier.carried.size());
    }

    @Test
    void aRouteThatFailsIsPassedOver() {
        Carrier carrier = new Carrier("example.org", new Verdict.Delivered(1));
        whiteboard.addRoute(
                address -> {
                    throw new NoClassDefFoundError("of a bundle that is gone");
                },
                properties(7, 5));
        whiteboard.addRoute(carrier, properties(8, 0));
        juliet.chat(ELSEWHERE, "1");
        juliet.chat(ROMEO, "2");
        assertEquals(1, carrier.carried.size());
        assertEquals(List.of("2"), server.delivery.spool(ROMEO));
    }

    @Test
    void aRouteThatGivesNoVerdictFailsTheMessage() {
        whiteboard.addRoute(new Carrier("example.org", (CompletionStage<Verdict>) null), properties(7, 0));
        juliet.chat(ELSEWHERE, "1");
        assertEquals("remote-server-timeout", condition());
        assertTrue(told.lines.get(0).contains("1: Failed"), told.lines::toString);
    }

    @Test
    void aRouteThatDoesNotAnswerFailsTheMessageInTime() {
        ModelWorkers workers = new ModelWorkers(new Random(1), 1_800_000_000_000L);
        try (Front front = new Front(Map.of("store-timeout-seconds", "3"), workers)) {
            new RouteWhiteboard(front.registry)
                    .addRoute(new Carrier("example.org", new CompletableFuture<>()), properties(7, 0));
            Client client = front.connect(JULIET, "balcony");
            CompletableFuture<Outcome> outcome = client.send(
                            "<message to='nurse@example.org' type='chat' id='1'><body>1</body></message>")
                    .toCompletableFuture();
            assertFalse(outcome.isDone());
            for (int passed = 0; passed < 3_100; passed += 50) {
                workers.pass(Duration.ofMillis(50));
                while (workers.runOne()) {
                    // what is due
                }
            }
            assertTrue(outcome.isDone());
            Element told = client.link.last();
            assertEquals("error", told.attribute("type"));
        }
    }

    @Test
    void whoBlocksAnAddressElsewhereSendsNothingThere() {
        Carrier carrier = new Carrier("example.org", new Verdict.Delivered(1));
        whiteboard.addRoute(carrier, properties(7, 0));
        server.roster.blocked.add("juliet@localhost nurse@example.org");
        juliet.chat(ELSEWHERE, "1");
        assertEquals("my-block", juliet.link.last().attribute("id"));
        assertEquals(List.of(), carrier.carried);
    }

    @Test
    void anAddressThatNobodyKnowsIsAnsweredRemoteServerNotFound() {
        juliet.chat(ELSEWHERE, "1");
        assertEquals("remote-server-not-found", condition());
        Outcome nothing = juliet.say("<iq type='result' id='2' to='example.org'/>");
        assertEquals(Outcome.DONE, nothing);
        juliet.say("<iq type='get' id='3' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>");
        assertEquals("3", juliet.link.last().attribute("id"));
        assertEquals("remote-server-not-found", condition());
    }
}
