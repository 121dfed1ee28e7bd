package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.session.CloseReason;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an ordinary client does, from connecting to saying goodbye. */
@SuppressWarnings("try") // closing early is what some tests are about
class MainLineTest {
    @TempDir
    Path home;

    @Test
    void aClientEncryptsLogsInBindsAndTalks() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.REQUIRED));
                TestClient client = server.connect()) {
            String features = client.open();
            assertTrue(features.contains("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"));
            assertFalse(features.contains("mechanism"), features);
            client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").matching("<proceed[^>]*/>");
            client.secure();
            features = client.open();
            assertFalse(features.contains("starttls"), features);
            assertTrue(features.contains("<mechanism>SCRAM-SHA-256-PLUS</mechanism>"), features);
            assertTrue(client.scram("SCRAM-SHA-256", "n,,", new byte[0], "juliet", "r0m30"));
            features = client.open();
            assertTrue(features.contains("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"), features);
            assertTrue(features.contains("<ver xmlns='urn:xmpp:features:rosterver'/>"), features);
            client.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                    + "<resource>balcony</resource></bind></iq>");
            assertTrue(client.until("</iq>").contains("<jid>juliet@localhost/balcony</jid>"));
            FakeSessions.Session session = server.sessions.next();
            assertTrue(session.link.encrypted());
            client.send("<message to='romeo@localhost'><body>wherefore</body></message>");
            assertEquals("romeo@localhost", session.next().to().toString());
            assertTrue(session.send("<message from='romeo@localhost'><body>here</body></message>"));
            client.until("<body>here</body></message>");
            client.send("<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>");
            client.matching("<iq type='result' id='p'[^>]*/>");
            client.send("</stream:stream>").until("</stream:stream>");
            client.rest();
            client.close();
            assertEquals(CloseReason.ORDERLY, session.end());
        }
    }

    @Test
    void plainIsThereWithoutTlsOnlyIfTheOperatorWantsThat() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.OFF));
                TestClient client = server.online("balcony")) {
            assertEquals("juliet@localhost/balcony", server.sessions.next().jid.toString());
        }
        try (TestServer server = new TestServer(home, TestServer.config(Tls.REQUIRED));
                TestClient client = server.connect()) {
            client.open();
            client.send(TestClient.plain("", "juliet", "r0m30")).until("<encryption-required/>");
        }
    }
}
