package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.itests.support.FakeReference;
import im.restante.stream.ClientStream;
import im.restante.stream.ClientStream.Phase;
import im.restante.stream.StreamElementHandler;
import im.restante.streammanagement.ManagementXml;
import im.restante.xml.Element;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is no stanza, and understood by others. */
class StreamElementsTest {
    private static final String NAP = "urn:example:nap";

    @TempDir
    static Path home;

    private final BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    private final CompletableFuture<ClientStream> seen = new CompletableFuture<>();
    private TestServer server;
    private TestClient client;

    @BeforeEach
    void connect() throws Exception {
        server = new TestServer(home, TestServer.config(Tls.OFF));
        client = server.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private final StreamElementHandler napping = new StreamElementHandler() {
        @Override
        public List<Element> features(ClientStream stream) {
            return List.of(Element.of(NAP, "in-" + stream.phase().name().toLowerCase(java.util.Locale.ROOT)));
        }

        @Override
        public boolean handle(Element element, ClientStream stream) {
            seen.complete(stream);
            handled.add(element.name() + " " + stream.phase() + " "
                    + stream.address().map(Object::toString).orElse("nobody"));
            if (element.name().equals("fall")) {
                throw new IllegalStateException("broken on purpose");
            }
            return element.name().equals("nap") && stream.send(Element.of(NAP, "rest-well"));
        }
    };

    @Test
    void aHandlerIsAskedInEachPhaseAndOffersWhatItUnderstands() throws Exception {
        server.server.elements().add(reference(NAP, 0), napping);
        assertTrue(client.open().contains("<in-before_login xmlns='" + NAP + "'/>"));
        nap();
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        assertTrue(client.open().contains("<in-logged_in xmlns='" + NAP + "'/>"));
        nap();
        client.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                        + "<resource>balcony</resource></bind></iq>")
                .matching("<jid>juliet@localhost/balcony</jid>");
        nap();
        assertEquals("nap BEFORE_LOGIN nobody", handled.take());
        assertEquals("nap LOGGED_IN juliet@localhost", handled.take());
        assertEquals("nap BOUND juliet@localhost/balcony", handled.take());
        assertEquals(Phase.BOUND, seen.get().phase(), "one object for the whole connection");
        client.close();
        seen.get().over().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private void nap() throws IOException {
        client.send("<nap xmlns='" + NAP + "'/>").matching("<rest-well xmlns='" + NAP + "'/>");
    }

    @Test
    void whatIsHandledAndWhatIsSentDoNotCountAsStanzas() throws Exception {
        server.server.elements().add(reference(NAP, 0), napping);
        try (TestClient bound = server.online("balcony")) {
            bound.send("<enable xmlns='urn:xmpp:sm:3'/>").matching("<enabled ");
            bound.send("<nap xmlns='" + NAP + "'/>").matching("<rest-well ");
            bound.send("<r xmlns='urn:xmpp:sm:3'/>").matching("<a [^>]*h='0'");
            bound.send("<a xmlns='urn:xmpp:sm:3' h='0'/><nap xmlns='" + NAP + "'/>")
                    .matching("<rest-well ");
        }
    }

    @Test
    void nobodySendsAStanzaSoNorAnythingFromOutsideBeforeTheSession() throws Exception {
        server.server.elements().add(reference(NAP, 0), napping);
        client.open();
        nap();
        assertFalse(seen.get().send(Element.of(NAP, "late")), "it might come into a handshake");
        assertThrows(IllegalArgumentException.class, () -> seen.get().send(Element.of("jabber:client", "message")));
    }

    @Test
    void nobodyIsAskedInTheClearWhereTlsIsRequired() throws Exception {
        try (TestServer encrypted = new TestServer(home, TestServer.config(Tls.REQUIRED));
                TestClient plain = encrypted.connect()) {
            encrypted.server.elements().add(reference(NAP, 0), napping);
            assertFalse(plain.open().contains(NAP));
            plain.send("<nap xmlns='" + NAP + "'/>").matching("<unsupported-stanza-type");
            assertTrue(handled.isEmpty());
        }
    }

    @Test
    void whatItDoesNotUnderstandEndsTheStream() throws Exception {
        server.server.elements().add(reference(NAP, 0), napping);
        client.open();
        client.send("<sleep xmlns='" + NAP + "'/>").matching("<unsupported-stanza-type");
    }

    @Test
    void whatItThrowsEndsThatStreamAndNoOther() throws Exception {
        server.server.elements().add(reference(NAP, 0), napping);
        try (TestClient other = server.online("other")) {
            client.open();
            client.send("<fall xmlns='" + NAP + "'/>").matching("<internal-server-error");
            other.send("<nap xmlns='" + NAP + "'/>").matching("<rest-well");
        }
    }

    @Test
    void theHighestRankingIsAskedAndWhoIsGoneIsNot() throws Exception {
        FakeReference<StreamElementHandler> mine = reference(NAP, 5);
        server.server.elements().add(reference(NAP, 0), (element, stream) -> stream.send(Element.of(NAP, "low")));
        server.server.elements().add(mine, (element, stream) -> stream.send(Element.of(NAP, "high")));
        client.open();
        client.send("<nap xmlns='" + NAP + "'/>").matching("<high ");
        server.server.elements().remove(mine);
        client.send("<nap xmlns='" + NAP + "'/>").matching("<low ");
    }

    @Test
    void whatTheStreamItselfIsMadeOfIsNotGivenAway() throws Exception {
        for (String ours : List.of(StreamXml.SASL, ManagementXml.NAMESPACE, "jabber:client", "")) {
            server.server.elements().add(reference(ours, 0), napping);
        }
        assertFalse(client.open().contains("in-before_login"));
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        assertTrue(handled.isEmpty());
    }

    /** As a framework makes one. */
    private static FakeReference<StreamElementHandler> reference(String namespace, int ranking) {
        return new FakeReference<>(1, ranking, Map.of(StreamElementHandler.NAMESPACE, namespace));
    }
}
