package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.time.Duration;
import java.util.Set;
import org.jivesoftware.smack.SmackException.NotConnectedException;
import org.jivesoftware.smack.StanzaCollector;
import org.jivesoftware.smack.XMPPException.XMPPErrorException;
import org.jivesoftware.smack.packet.EmptyResultIQ;
import org.jivesoftware.smack.packet.StanzaError.Condition;
import org.jivesoftware.smack.sasl.SASLErrorException;
import org.jivesoftware.smack.tcp.XMPPTCPConnection;
import org.jivesoftware.smackx.iqregister.AccountManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.jxmpp.jid.parts.Localpart;

/** XEP-0077 as an ordinary client does it, from making an account to removing it. */
class RegistrationIT extends ServerTest {
    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared).configure("im.restante.accounts", "registration", "true");
    }

    @Test
    void somebodyNewMakesAnAccountUsesItAndRemovesIt() throws Exception {
        XMPPTCPConnection connection =
                new XMPPTCPConnection(SmackClient.configuration(server).build());
        connection.connect();
        AccountManager manager = AccountManager.getInstance(connection);
        assertTrue(manager.isSupported());
        assertEquals(Set.of("username", "password"), manager.getAccountAttributes());
        manager.createAccount(Localpart.from("benvolio"), "first secret");
        connection.login("benvolio", "first secret");
        manager.changePassword("second secret");
        assertTrue(server.shell("restante:user-list").contains(jid("benvolio")));
        connection.disconnect();

        XMPPTCPConnection again =
                new XMPPTCPConnection(SmackClient.configuration(server).build());
        again.connect();
        assertThrows(SASLErrorException.class, () -> again.login("benvolio", "first secret"));
        again.login("benvolio", "second secret");
        assertAnsweredBeforeTheEnd(
                again, () -> AccountManager.getInstance(again).deleteAccount());
        Await.until(
                "the account is gone",
                Duration.ofSeconds(60),
                () -> !server.shell("restante:user-list").contains(jid("benvolio")));
        again.disconnect();
    }

    /** Smack does not look for an answer any more once the connection has ended, even if that came first: so it is looked for here. */
    private static void assertAnsweredBeforeTheEnd(XMPPTCPConnection connection, Executable question) throws Exception {
        StanzaCollector answers = connection.createStanzaCollector(stanza -> stanza instanceof EmptyResultIQ
                && connection.getXMPPServiceDomain().equals(stanza.getFrom()));
        try {
            question.execute();
        } catch (NotConnectedException e) {
            assertNotNull(answers.pollResult(), e::toString);
        } catch (Throwable e) {
            throw new AssertionError(e);
        } finally {
            answers.cancel();
        }
    }

    @Test
    void aNameThatIsTakenStaysWhoseItIs() throws Exception {
        String juliet = newUser("juliet");
        XMPPTCPConnection connection =
                new XMPPTCPConnection(SmackClient.configuration(server).build());
        connection.connect();
        AccountManager manager = AccountManager.getInstance(connection);
        XMPPErrorException refused = assertThrows(
                XMPPErrorException.class, () -> manager.createAccount(Localpart.from(juliet), "another secret"));
        assertEquals(Condition.conflict, refused.getStanzaError().getCondition());
        connection.login(juliet, ServerProcess.password(juliet));
        connection.disconnect();
    }

    @Test
    void registrationCanBeClosedWhileTheServerRuns() throws Exception {
        awaitOffered(true);
        server.configure("im.restante.accounts", "registration", "false");
        try {
            awaitOffered(false);
        } finally {
            server.configure("im.restante.accounts", "registration", "true");
            awaitOffered(true);
        }
    }

    private void awaitOffered(boolean wanted) throws Exception {
        Await.until("accounts offered: " + wanted, Duration.ofSeconds(60), () -> {
            XMPPTCPConnection connection =
                    new XMPPTCPConnection(SmackClient.configuration(server).build());
            connection.connect();
            boolean offered = AccountManager.getInstance(connection).isSupported();
            connection.disconnect();
            return offered == wanted;
        });
    }
}
