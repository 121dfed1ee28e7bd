package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.session.CloseReason;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that say nothing. */
@SuppressWarnings("try") // clients that only have to be there
class TimeoutsTest {
    @TempDir
    static Path home;

    @Test
    void whoDoesNotLogInMustLeave() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.impatient(30_000, 60_000, 60_000, 60_000));
                TestClient silent = server.connect();
                TestClient halfway = server.connect()) {
            halfway.open();
            server.change(TestServer.impatient(200, 60_000, 60_000, 60_000));
            assertTrue(silent.until("</stream:stream>").contains("<connection-timeout"));
            assertEquals("", silent.rest());
            assertTrue(halfway.until("</stream:stream>").contains("<connection-timeout"));
        }
    }

    @Test
    void aSilentClientIsAskedAndCutIfItDoesNotAnswer() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.impatient(30_000, 300, 300, 60_000));
                TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            String ping = client.until("</iq>");
            assertTrue(ping.contains("from='localhost'") && ping.contains("<ping xmlns='urn:xmpp:ping'/>"), ping);
            assertTrue(client.until("</stream:stream>").contains("<connection-timeout"));
            client.close();
            assertEquals(CloseReason.CUT, session.end());
        }
    }

    @Test
    void anAnswerKeepsTheSessionAndNeverReachesIt() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.impatient(30_000, 200, 10_000, 60_000));
                TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            for (int i = 0; i < 3; i++) {
                String id = client.matching("<iq [^>]*id='(ping-[^']*)'").group(1);
                client.send("<iq type='result' to='localhost' id='" + id + "'/>");
            }
            assertFalse(session.ending.isDone());
            assertTrue(session.received.isEmpty());
        }
    }

    @Test
    void whiteSpaceIsASignOfLife() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.impatient(30_000, 200, 10_000, 60_000));
                TestClient client = server.online("balcony")) {
            FakeSessions.Session session = server.sessions.next();
            for (int i = 0; i < 3; i++) {
                client.until("<ping xmlns='urn:xmpp:ping'/>"); // whoever gave none is cut, and not asked again
                client.send(" ");
            }
            assertFalse(session.ending.isDone());
        }
    }
}
