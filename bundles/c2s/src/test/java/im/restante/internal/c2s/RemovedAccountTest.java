package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.jid.Jid;
import im.restante.session.CloseReason;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

/** Of an account that was removed nothing is left that would be of use with the next one of its name. */
class RemovedAccountTest extends OpenStreamTest {
    private static final Jid JULIET = Jid.of("juliet@localhost");
    private static final Jid ROMEO = Jid.of("romeo@localhost");
    private static final String BIND = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";

    RemovedAccountTest() {
        super(Tls.OFF);
    }

    private void loggedIn() throws IOException {
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        client.open();
    }

    private void isEnded() throws IOException {
        assertTrue(client.until("</stream:stream>").contains("<not-authorized"));
        assertNull(server.sessions.bound.poll());
    }

    @Test
    void aLoginThatWasNotBoundYetEnds() throws IOException {
        loggedIn();
        server.server.accountRemoved(JULIET);
        client.send(BIND);
        isEnded();
    }

    @Test
    void aLoginUnderWayEnds() throws IOException {
        client.send(TestClient.auth("SCRAM-SHA-1", "n,,n=juliet,r=abcdefgh")).until("</challenge>");
        server.server.accountRemoved(JULIET);
        isEnded();
    }

    @Test
    void aSessionThatIsGrantedTooLateEndsBeforeItsClientKnowsOfIt() throws Exception {
        server.sessions.bindable = new CompletableFuture<>();
        loggedIn();
        client.send(BIND);
        FakeSessions.Session session = server.sessions.next();
        server.server.accountRemoved(JULIET);
        server.sessions.bindable.complete(null);
        assertEquals(CloseReason.CUT, session.end());
        assertFalse(client.until("</stream:stream>").contains("<iq"));
    }

    @Test
    void aStreamThatWaitsForItsClientEndsAndIsForgotten() throws Exception {
        client.login("balcony");
        FakeSessions.Session session = server.sessions.next();
        client.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
        Matcher enabled = client.matching("<enabled xmlns='urn:xmpp:sm:3' id='([^']*)'[^>]*>");
        client.socket.setSoLinger(true, 0);
        client.close();
        assertNotNull(session.suspensions.poll(20, TimeUnit.SECONDS));
        server.server.accountRemoved(JULIET);
        assertEquals(CloseReason.CUT, session.end());

        client = server.connect();
        client.open();
        loggedIn(); // to the next account of that name
        client.send("<resume xmlns='urn:xmpp:sm:3' previd='" + enabled.group(1) + "' h='0'/>");
        client.until("<failed xmlns='urn:xmpp:sm:3'><item-not-found"); // and no word of what the one before had done
    }

    @Test
    void sessionsAreLeftToWhoKeepsThem() throws Exception {
        client.login("balcony");
        FakeSessions.Session session = server.sessions.next();
        server.server.accountRemoved(JULIET);
        client.send("<iq type='get' id='q'><query xmlns='jabber:iq:roster'/></iq>");
        session.next();
        client.until("id='q'");
    }

    @Test
    void loginsOfOthersStay() throws Exception {
        client.send(TestClient.plain("", "juliet", "wrong")).until("</failure>");
        server.server.accountRemoved(JULIET); // nobody has logged in to it
        loggedIn();
        server.server.accountRemoved(ROMEO);
        client.send(BIND).until("</iq>");
        server.sessions.next();
    }
}
