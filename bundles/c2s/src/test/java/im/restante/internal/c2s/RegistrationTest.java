package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.jid.Jid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** XEP-0077 before the login. */
class RegistrationTest {
    private static final String FEATURE = "<register xmlns='http://jabber.org/features/iq-register'/>";

    @TempDir
    static Path home;

    private TestServer server;
    private TestClient client;

    @BeforeEach
    void connect() throws IOException {
        serve(Tls.OFF);
        server.accounts.open = true;
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

    private String ask(String type, String query) throws IOException {
        client.send("<iq type='" + type + "' id='reg' to='localhost'><query xmlns='jabber:iq:register'>" + query
                + "</query></iq>");
        return client.matching("<iq [^>]*?(/>|>.*?</iq>)").group();
    }

    private String register(String username, String password) throws IOException {
        return ask("set", "<username>" + username + "</username><password>" + password + "</password>");
    }

    @Test
    void whoAsksForAnAccountGetsItAndLogsInOnTheSameStream() throws IOException {
        assertTrue(client.open().contains(FEATURE));
        String form = ask("get", "");
        assertTrue(form.startsWith("<iq type='result' id='reg' from='localhost'>"), form);
        assertTrue(form.contains("<username/><password/></query>"), form);
        assertEquals("<iq type='result' id='reg' from='localhost'/>", register("Romeo", "rosaline"));
        assertEquals("rosaline", server.accounts.passwords.get(Jid.of("romeo@localhost")));
        client.send(TestClient.plain("", "romeo", "rosaline")).until("<success");
    }

    @Test
    void withoutTheOperatorsLeaveNobodyGetsAnAccount() throws IOException {
        server.accounts.open = false;
        assertFalse(client.open().contains("iq-register"));
        assertTrue(ask("get", "").contains("<not-allowed "));
        assertTrue(register("romeo", "rosaline").contains("<not-allowed "));
        assertEquals(1, server.accounts.passwords.size());
        client.login("balcony");
    }

    @Test
    void whereTlsIsRequiredNoPasswordIsTakenInTheClear() throws Exception {
        serve(Tls.REQUIRED);
        server.accounts.open = true;
        assertFalse(client.open().contains("iq-register"));
        assertTrue(register("romeo", "rosaline").contains("<policy-violation "));
        assertEquals(1, server.accounts.passwords.size());
        client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").matching("<proceed[^>]*/>");
        client.secure();
        assertTrue(client.open().contains(FEATURE));
        assertTrue(register("romeo", "rosaline").contains("type='result'"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a name that is taken|conflict|<username>juliet</username><password>x</password>",
                "the same, written otherwise|conflict|<username>JULIET</username><password>x</password>",
                "a name that is none|jid-malformed|<username>a@b</username><password>x</password>",
                "an empty name|jid-malformed|<username/><password>x</password>",
                "no name|not-acceptable|<password>x</password>",
                "no password|not-acceptable|<username>romeo</username>",
                "an empty password|not-acceptable|<username>romeo</username><password/>",
                "the end of an account|unexpected-request|<remove/>",
            })
    void whatCannotBeIsRefusedAndTheStreamGoesOn(String what, String condition, String query) throws IOException {
        client.open();
        String answer = ask("set", query);
        assertTrue(answer.startsWith("<iq type='error' id='reg' from='localhost'>"), answer);
        assertTrue(answer.contains('<' + condition + ' '), answer);
        assertEquals(Map.of(Jid.of("juliet@localhost"), "r0m30"), server.accounts.passwords);
        client.login("balcony");
    }

    @Test
    void theNameOfAnAdministratorIsTakenWhetherTheAccountIsThereOrNot() throws IOException {
        server.server.administrators(address -> address.local().equals("boss"));
        client.open();
        assertTrue(register("boss", "mine").contains("<conflict "));
        assertTrue(register("BOSS", "mine").contains("<conflict "));
        assertEquals(1, server.accounts.passwords.size());
        server.server.administrators(address -> {
            throw new IllegalStateException("broken on purpose");
        });
        assertTrue(register("romeo", "rosaline").contains("type='wait'"), "it may be the name of one");
        assertEquals(1, server.accounts.passwords.size());
        server.server.administrators(null);
        assertTrue(register("romeo", "rosaline").contains("type='result'"));
    }

    @Test
    void whileTheAccountsAreAwayTheClientIsToldToComeBack() throws IOException {
        client.open();
        server.accounts.broken = true;
        assertTrue(register("romeo", "rosaline").contains("type='wait'"));
        server.accounts.broken = false;
        assertTrue(register("romeo", "rosaline").contains("type='result'"));
    }

    @Test
    void aConnectionMakesOneAccount() throws IOException {
        client.open();
        assertTrue(register("romeo", "rosaline").contains("type='result'"));
        assertTrue(register("paris", "kinsman").contains("<resource-constraint "));
        assertEquals(2, server.accounts.passwords.size());
    }

    @Test
    void aConnectionHasFiveTries() throws IOException {
        client.open();
        for (int i = 0; i < 5; i++) {
            assertTrue(register("juliet", "guess").contains("<conflict "));
        }
        assertTrue(register("romeo", "rosaline").contains("<resource-constraint "));
        client.login("balcony");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "another address|<iq type='get' id='r' to='romeo@localhost'><query xmlns='jabber:iq:register'/></iq>",
                "an answer|<iq type='result' id='r'><query xmlns='jabber:iq:register'/></iq>",
                "another question|<iq type='get' id='r'><query xmlns='jabber:iq:version'/></iq>",
            })
    void everythingElseStillEndsTheStream(String what, String iq) throws IOException {
        client.open();
        client.send(iq);
        assertTrue(client.until("</stream:stream>").contains("<not-authorized"));
    }
}
