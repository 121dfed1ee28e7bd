package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.iq.FeatureProvider;
import im.restante.jid.InvalidJidException;
import im.restante.store.StoreException;
import im.restante.xml.Element;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6120 §4, 5 and 7: streams, their errors, STARTTLS and resources. */
class NegotiationTest {
    private static final String BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";

    @TempDir
    Path home;

    private TestServer server;
    private TestClient client;

    @BeforeEach
    void connect() throws IOException {
        serve(Tls.OFF);
    }

    private void serve(Tls tls) throws IOException {
        stop();
        server = new TestServer(home, TestServer.config(tls));
        client = server.connect();
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            client.close();
            server.close();
        }
    }

    private void endsWith(String condition) throws IOException {
        String end = client.until("</stream:stream>");
        assertTrue(end.contains("<stream:error><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"), end);
        assertEquals("", client.rest());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "another domain|host-unknown|to='montague.example' version='1.0' xmlns='jabber:client'",
                "not a domain|host-unknown|to='juliet@localhost' version='1.0' xmlns='jabber:client'",
                "no 'to'|improper-addressing|version='1.0' xmlns='jabber:client'",
                "no version|unsupported-version|to='localhost' xmlns='jabber:client'",
                "version 0.9|unsupported-version|to='localhost' version='0.9' xmlns='jabber:client'",
                "a server's stream|invalid-namespace|to='localhost' version='1.0' xmlns='jabber:server'",
                "no namespace|invalid-namespace|to='localhost' version='1.0'",
            })
    void aBadHeaderIsAnsweredByAHeaderAndAnError(String what, String condition, String attributes) throws IOException {
        client.send("<stream:stream xmlns:stream='http://etherx.jabber.org/streams' " + attributes + ">");
        Matcher header = client.matching("<stream:stream([^>]*)>");
        assertTrue(header.group(1).contains("from='localhost'"), header.group());
        assertTrue(header.group(1).contains("id='"), header.group());
        endsWith(condition);
    }

    @Test
    void whatOthersOfferIsListedBehindTheLoginAndABrokenOneCostsItsOwn() throws IOException {
        server.server.features().add(offering("urn:a"));
        FeatureProvider gone = offering("urn:gone");
        server.server.features().add(gone);
        server.server.features().add(new FeatureProvider() {
            @Override
            public Set<String> serverFeatures() {
                return Set.of();
            }

            @Override
            public List<Element> streamFeatures() {
                throw new IllegalStateException("broken on purpose");
            }
        });
        server.server.features().remove(gone);
        assertFalse(client.open().contains("urn:a"), "nobody has logged in");
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        String features = client.open();
        assertTrue(features.contains("<offer xmlns='urn:a'/>"), features);
        assertFalse(features.contains("urn:gone"), features);
    }

    private static FeatureProvider offering(String namespace) {
        return new FeatureProvider() {
            @Override
            public Set<String> serverFeatures() {
                return Set.of();
            }

            @Override
            public List<Element> streamFeatures() {
                return List.of(Element.of(namespace, "offer"));
            }
        };
    }

    @Test
    void aStreamOfAnotherNamespaceIsRefused() throws IOException {
        client.send("<stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='urn:other'>");
        endsWith("invalid-namespace");
    }

    @Test
    void whatIsNoXmlIsAnsweredByAHeaderAndAnError() throws IOException {
        client.send("GET / HTTP/1.1\r\n\r\n");
        assertTrue(client.until("<stream:error>").contains("<stream:stream"));
        client.until("</stream:stream>");
    }

    @Test
    void aHigherVersionIsAnsweredWithOurs() throws IOException {
        client.send(TestClient.HEADER.replace("to='localhost' version='1.0'", "to='localhost' version='1.7'"));
        assertTrue(client.until("<stream:features>").contains("version='1.0'"));
    }

    @Test
    void theHeaderNamesTheClientIfItNamedItself() throws IOException {
        client.send(TestClient.HEADER.replace("to='localhost'", "to='localhost' from='juliet@localhost'"));
        assertTrue(client.until("<stream:features>").contains("to='juliet@localhost'"));
    }

    @Test
    void everyStreamHasAnotherId() throws IOException {
        client.send(TestClient.HEADER);
        String first = client.matching("id='([^']*)'").group(1);
        client.until("</stream:features>");
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        client.send(TestClient.HEADER);
        assertNotEquals(first, client.matching("id='([^']*)'").group(1));
    }

    @Test
    void anErrorAfterTheHeaderComesWithoutASecondOne() throws IOException {
        client.open();
        client.send("<not-well></formed>");
        String end = client.until("</stream:stream>");
        assertFalse(end.contains("<stream:stream"), end);
        assertTrue(end.contains("<not-well-formed"), end);
    }

    @Test
    void anErrorOnARestartedStreamBringsItsOwnHeader() throws IOException {
        client.open();
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        client.send(TestClient.HEADER.replace("to='localhost'", "to='elsewhere'"));
        assertTrue(client.until("<stream:error>").contains("<stream:stream"));
        client.until("<host-unknown");
    }

    @Test
    void stanzasBeforeLoginEndTheStream() throws IOException {
        client.open();
        client.send("<message to='juliet@localhost'><body>hi</body></message>");
        endsWith("not-authorized");
    }

    @Test
    void stanzasBeforeBindingEndTheStream() throws IOException {
        client.open();
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        client.open();
        client.send("<presence/>");
        endsWith("not-authorized");
    }

    @Test
    void anythingElseBeforeLoginEndsTheStream() throws IOException {
        client.open();
        client.send("<compress xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>");
        endsWith("unsupported-stanza-type");
    }

    @Test
    void aClientMayLeaveBeforeItLoggedIn() throws IOException {
        client.open();
        client.send("</stream:stream>").until("</stream:stream>");
        assertEquals("", client.rest());
    }

    @Test
    void optionalTlsOffersBoth() throws IOException {
        serve(Tls.OPTIONAL);
        String features = client.open();
        assertTrue(features.contains("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), features);
        assertTrue(features.contains("<mechanism>PLAIN</mechanism>"), features);
        assertFalse(features.contains("PLUS"), features);
        client.login("balcony");
        assertFalse(server.sessions.bound.remove().link.encrypted());
    }

    @Test
    void withoutTlsStartTlsIsUnknown() throws IOException {
        client.open();
        client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        endsWith("unsupported-stanza-type");
    }

    @Test
    void plaintextBehindStartTlsIsNeverTakenForTheClients() throws IOException {
        serve(Tls.REQUIRED);
        client.open();
        client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + TestClient.HEADER
                + TestClient.plain("", "juliet", "r0m30"));
        String end = client.until("</stream:stream>");
        assertTrue(end.contains("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), end);
        assertFalse(end.contains("proceed"), end);
        assertEquals("", client.rest());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n<presence/>", " <", "\r\n</stream:stream>", "\nx", "\u2003"})
    void whatIsMoreThanWhiteSpaceBehindStartTlsIsRefused(String behind) throws IOException {
        serve(Tls.REQUIRED);
        client.open();
        client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + behind);
        String end = client.until("</stream:stream>");
        assertTrue(end.contains("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), end);
        assertFalse(end.contains("proceed"), end);
    }

    /** As go-sendxmpp writes it. */
    @Test
    void whiteSpaceBehindStartTlsAndBehindALoginIsTolerated() throws Exception {
        serve(Tls.REQUIRED);
        client.open();
        client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\n").matching("<proceed[^>]*/>");
        client.send("\r\n"); // some of it later than the rest
        client.secure();
        client.open();
        client.send(TestClient.plain("", "juliet", "r0m30") + "\n").matching("<success[^>]*>");
        client.send(" \n");
        client.open();
        client.send("<iq type='set' id='b'>" + BIND + "</iq>").until("<jid>juliet@localhost/made-up</jid>");
        assertTrue(server.sessions.next().link.encrypted());
    }

    @Test
    void whatIsMoreThanWhiteSpaceBehindALoginEndsTheStream() throws IOException {
        client.open();
        client.send(TestClient.plain("", "juliet", "r0m30") + "\n" + TestClient.HEADER);
        endsWith("policy-violation");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<enable xmlns='urn:xmpp:sm:3'/>", "<resume xmlns='urn:xmpp:sm:3' previd='x' h='0'/>"})
    void streamManagementBeforeTheLoginIsRefusedAndTheStreamGoesOn(String request) throws IOException {
        client.open();
        String refused = client.send(request).until("</failed>");
        assertTrue(refused.contains("<failed xmlns='urn:xmpp:sm:3'><unexpected-request"), refused);
        client.login("balcony");
    }

    /** RFC 6120 §4.8.2: the namespace of the content is then declared by each stanza. */
    @Test
    void aHeaderMayDeclareTheStreamsNamespaceAsTheDefault() throws Exception {
        String header =
                "<?xml version='1.0'?><stream to='localhost' version='1.0' xmlns='http://etherx.jabber.org/streams'>";
        client.send(header).until("</stream:features>");
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        client.send(header).until("</stream:features>");
        client.send("<iq xmlns='jabber:client' type='set' id='b'>" + BIND + "</iq>")
                .until("<jid>juliet@localhost");
        client.send("<message xmlns='jabber:client' id='m'><body>b</body></message>");
        FakeSessions.Session session = server.sessions.next();
        assertEquals("m", session.next().element().attribute("id"));
        client.send("<message id='of-the-streams-namespace'/>");
        endsWith("unsupported-stanza-type");
    }

    @Test
    void aFailedHandshakeEndsTheConnection() throws IOException {
        serve(Tls.REQUIRED);
        client.open();
        client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").matching("<proceed[^>]*/>");
        client.send(TestClient.HEADER);
        client.rest();
    }

    @Test
    void bindingWithoutAResourceMakesOne() throws IOException {
        client.open();
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        client.open();
        client.send("<iq type='set' id='b'>" + BIND + "</iq>").until("<jid>juliet@localhost/made-up</jid>");
    }

    @Test
    void aRefusedResourceMayBeTriedAgain() throws IOException {
        client.open();
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        client.open();
        server.sessions.refusal = new InvalidJidException("resourcepart is empty");
        client.send("<iq type='set' id='b'>" + BIND + "</iq>").until("<bad-request");
        client.until("</iq>");
        server.sessions.refusal = new StoreException("no repository");
        client.send("<iq type='set' id='c'>" + BIND + "</iq>").until("<resource-constraint");
        client.until("</iq>");
        server.sessions.refusal = null;
        client.send("<iq type='set' id='d'>" + BIND + "</iq>").until("<jid>");
    }

    @Test
    void nothingOvertakesTheAnswerToBind() throws IOException {
        server.sessions.greeting = "<message from='romeo@localhost'><body>first</body></message>";
        client.open();
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        client.open();
        client.send("<iq type='set' id='b'>" + BIND + "</iq>");
        assertTrue(client.until("first").contains("<iq type='result' id='b'>"));
    }
}
