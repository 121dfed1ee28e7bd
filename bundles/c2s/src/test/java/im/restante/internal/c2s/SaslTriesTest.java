package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** RFC 6120 §6.4.5 and §6.4.6: how often a client may try, and what follows success. */
class SaslTriesTest extends OpenStreamTest {
    SaslTriesTest() {
        super(Tls.OPTIONAL);
    }

    private void wrong(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            client.send(TestClient.plain("", "juliet", "guess " + i)).until("</failure>");
        }
    }

    @Test
    void triesBeforeAndAfterEncryptionAreCountedTogether() throws Exception {
        wrong(3);
        client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").matching("<proceed[^>]*/>");
        client.secure();
        client.open();
        wrong(2);
        assertTrue(client.until("</stream:stream>").contains("<policy-violation"));
        assertEquals("", client.rest());
        assertTrue(server.sessions.bound.isEmpty());
    }

    @Test
    void failedProofsCountLikeFailedPasswords() throws Exception {
        for (int i = 0; i < 5; i++) {
            client.scram("SCRAM-SHA-1", "n,,", new byte[0], "juliet", "guess " + i);
        }
        assertTrue(client.until("</stream:stream>").contains("<policy-violation"));
    }

    /** As slixmpp does: the best mechanisms first, with a channel binding of its own choice. */
    @Test
    void whatIsRefusedUnreadDoesNotCountAsAGuess() throws Exception {
        client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").matching("<proceed[^>]*/>");
        client.secure();
        client.open();
        wrong(4);
        for (int i = 0; i < 4; i++) {
            client.send(TestClient.auth("SCRAM-SHA-256-PLUS", "p=tls-unique,,n=juliet,r=abc"))
                    .until("</failure>");
            client.send(TestClient.auth("DIGEST-MD5", "")).until("</failure>");
        }
        client.login("balcony");
    }

    @Test
    void refusalsAreBoundedToo() throws Exception {
        for (int i = 0; i < 4; i++) {
            client.send(TestClient.auth("SCRAM-SHA-1-PLUS", "p=tls-unique,,n=juliet,r=abc"))
                    .until("</failure>");
            client.send("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>").until("</failure>");
        }
        client.send(TestClient.auth("SCRAM-SHA-1", "n,,n=juliet,r=abc")).until("</challenge>");
        client.send("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>").until("</failure>");
        client.send(TestClient.auth("PLAIN", "juliet")).until("</failure>");
        assertTrue(client.until("</stream:stream>").contains("<policy-violation"));
    }

    @Test
    void anotherConnectionStartsCountingAnew() throws Exception {
        wrong(4);
        try (TestClient other = server.connect()) {
            other.open();
            other.login("balcony");
        }
    }

    @Test
    void afterSuccessOnlyANewStreamIsUnderstood() throws Exception {
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        client.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
        client.until("<stream:error>");
        client.until("</stream:stream>");
        assertTrue(server.sessions.bound.isEmpty());
    }

    @Test
    void aNewStreamAfterSuccessOffersNoLoginButBinding() throws Exception {
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        String features = client.open();
        assertTrue(features.contains("<bind ") && !features.contains("mechanism"), features);
        assertTrue(!features.contains("starttls"), features);
    }
}
