package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.jid.InvalidJidException;
import im.restante.xml.Namespaces;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer can cost that nobody knows yet. */
class BeforeLoginTest extends OpenStreamTest {
    private static final String BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";

    BeforeLoginTest() {
        super(Tls.OFF);
    }

    private void endsBecauseOf(String condition) throws IOException {
        String end = client.until("</stream:stream>");
        assertTrue(end.contains('<' + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"), end);
        assertEquals("", client.rest());
    }

    @Test
    void aStanzaHasTenThousandBytesAtMost() throws IOException {
        String start = "<iq type='set' id='x' xmlns:a='";
        String end = "'><query xmlns='jabber:iq:register'/></iq>";
        String most = start + "n".repeat(10_000 - start.length() - end.length()) + end;
        client.send(most).until("<not-allowed");
        client.until("</iq>");
        client.send(most.replace("'><query", "n'><query"));
        endsBecauseOf("policy-violation");
    }

    @Test
    void anUnfinishedStanzaEndsAtAThousandElements() throws IOException {
        client.send("<iq type='get' id='u'>" + "<q/>".repeat(1_000));
        endsBecauseOf("policy-violation");
    }

    @Test
    void whatAnUnknownClientAskedIsNotToldBack() throws IOException {
        client.send("<iq type='set' id='x' xmlns:a='urn:secret'><query xmlns='jabber:iq:register'>"
                + "<a:x/><username>secret</username></query></iq>");
        String answer = client.until("</iq>");
        assertTrue(answer.contains("<not-allowed "), answer);
        assertFalse(answer.contains("query") || answer.contains("<username") || answer.contains("a:x"), answer);
    }

    @Test
    void norIsARefusedResource() throws IOException {
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        client.open();
        server.sessions.refusal = new InvalidJidException("no resource");
        client.send("<iq type='set' id='b'>" + BIND.replace("/>", "><secret/></bind></iq>"));
        String answer = client.until("</iq>");
        assertTrue(answer.contains("<bad-request "), answer);
        assertTrue(answer.contains("id='b'"), answer);
        assertFalse(answer.contains("secret") || answer.contains("<bind"), answer);
    }

    @Test
    void whoHasLoggedInMaySendMore() throws Exception {
        try (TestClient known = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            known.send("<message><body>" + "x".repeat(20_000) + "</body></message>");
            assertEquals(
                    20_000,
                    session.next()
                            .element()
                            .child(Namespaces.CLIENT, "body")
                            .orElseThrow()
                            .text()
                            .length());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 65})
    void aLanguageLongerThanAnyIsNotStampedOnEachStanza(int length) throws Exception {
        String lang = "x".repeat(length);
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        client.send(TestClient.HEADER.replace("to='localhost'", "to='localhost' xml:lang='" + lang + "'"))
                .until("</stream:features>");
        client.send("<iq type='set' id='b'>" + BIND + "</iq>").until("</iq>");
        FakeSessions.Session session = server.sessions.next();
        client.send("<message/>");
        String stamped = session.next().element().attribute(Namespaces.XML, "lang");
        if (length > 64) {
            assertNull(stamped);
        } else {
            assertEquals(lang, stamped);
        }
    }
}
