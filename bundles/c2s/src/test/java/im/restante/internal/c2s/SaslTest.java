package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import java.io.IOException;
import java.nio.file.Path;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6120 §6 on the wire. */
class SaslTest {
    @TempDir
    static Path home;

    private TestServer server;
    private TestClient client;

    @BeforeEach
    void connect() throws Exception {
        server = new TestServer(home, TestServer.config(Tls.REQUIRED));
        client = server.connect();
        client.startTls();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void mechanismsAndBindingsAreOfferedBestFirst() throws IOException {
        String features = client.open();
        String types = ChannelBindingsTest.EXPORTER_HERE ? "<channel-binding type='tls-exporter'/>" : "";
        assertTrue(
                features.contains("<mechanism>SCRAM-SHA-256-PLUS</mechanism><mechanism>SCRAM-SHA-1-PLUS</mechanism>"
                        + "<mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-1</mechanism>"
                        + "<mechanism>PLAIN</mechanism></mechanisms>"
                        + "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>" + types
                        + "<channel-binding type='tls-server-end-point'/></sasl-channel-binding>"),
                features);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-256", "SCRAM-SHA-1"})
    void theRightPasswordLogsIn(String mechanism) throws Exception {
        client.open();
        assertTrue(client.scram(mechanism, "n,,", new byte[0], "juliet", "r0m30"));
        client.open();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"})
    void aClientMayBindToTheCertificate(String mechanism) throws Exception {
        client.open();
        byte[] binding = ChannelBindings.serverEndPoint(client.certificate());
        assertTrue(client.scram(mechanism, "p=tls-server-end-point,,", binding, "juliet", "r0m30"));
    }

    @Test
    void aClientMayBindToTheConnection() throws Exception {
        assumeTrue(ChannelBindingsTest.EXPORTER_HERE);
        client.open();
        byte[] binding =
                ChannelBindings.of(((SSLSocket) client.socket).getSession()).get(ChannelBindings.EXPORTER);
        assertTrue(client.scram("SCRAM-SHA-256-PLUS", "p=tls-exporter,,", binding, "juliet", "r0m30"));
    }

    @Test
    void somebodyInTheMiddleIsFoundOut() throws Exception {
        client.open();
        assertFalse(client.scram("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,", new byte[32], "juliet", "r0m30"));
    }

    @Test
    void aDowngradeIsFoundOut() throws Exception {
        client.open();
        assertFalse(client.scram("SCRAM-SHA-256", "y,,", new byte[0], "juliet", "r0m30"));
    }

    @ParameterizedTest(name = "{0} {1}/{2}")
    @CsvSource({"SCRAM-SHA-256, juliet, wrong", "SCRAM-SHA-256, nobody, r0m30", "SCRAM-SHA-1, nobody, r0m30"})
    void wrongPasswordAndUnknownUserLookAlike(String mechanism, String user, String password) throws Exception {
        client.open();
        assertFalse(client.scram(mechanism, "n,,", new byte[0], user, password));
        client.send(TestClient.plain("", user, password)).until("<not-authorized/>");
    }

    @Test
    void namesArePrepared() throws IOException {
        client.open();
        client.send(TestClient.plain("", "JULIET", "r0m30")).until("<success");
    }

    @ParameterizedTest
    @ValueSource(strings = {"juliet@localhost", "JULIET@localhost", ""})
    void oneMayBeOneself(String authzid) throws IOException {
        client.open();
        client.send(TestClient.plain(authzid, "juliet", "r0m30")).until("<success");
    }

    @ParameterizedTest
    @ValueSource(strings = {"romeo@localhost", "juliet@elsewhere", "juliet", "@", "juliet@localhost/balcony"})
    void oneMayNotBeSomebodyElse(String authzid) throws IOException {
        client.open();
        client.send(TestClient.plain(authzid, "juliet", "r0m30")).until("<invalid-authzid/>");
    }

    @Test
    void fiveTriesAndNoMore() throws IOException {
        client.open();
        for (int i = 1; i <= 5; i++) {
            client.send(TestClient.plain("", "juliet", "guess " + i)).until("</failure>");
        }
        assertTrue(client.until("</stream:stream>").contains("<policy-violation"));
        assertEquals("", client.rest());
    }

    @Test
    void triesAreCountedAcrossStreams() throws IOException {
        client.open();
        for (int i = 1; i <= 4; i++) {
            client.send(TestClient.plain("", "juliet", "guess " + i)).until("</failure>");
        }
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
    }

    @Test
    void whileTheAccountsAreAwayTheClientIsToldToComeBack() throws IOException {
        client.open();
        server.accounts.broken = true;
        client.send(TestClient.plain("", "juliet", "r0m30")).until("<temporary-auth-failure/>");
        client.send(TestClient.auth("SCRAM-SHA-1", "n,,n=juliet,r=abc")).until("<temporary-auth-failure/>");
        server.accounts.broken = false;
        client.send(TestClient.plain("", "juliet", "r0m30")).until("<success");
    }

    @Test
    void anUnknownMechanismIsNamedSo() throws IOException {
        client.open();
        client.send(TestClient.auth("DIGEST-MD5", "x")).until("<invalid-mechanism/>");
        client.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>").until("<invalid-mechanism/>");
    }

    @Test
    void whatIsNotBase64IsNamedSo() throws IOException {
        client.open();
        client.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>!?</auth>")
                .until("<incorrect-encoding/>");
        String right = TestClient.plain("", "juliet", "r0m30");
        assertTrue(right.contains("==<"), right);
        client.send(right.replace("=<", "<")).until("<incorrect-encoding/>");
        client.send(right.replace("==<", "<")).until("<incorrect-encoding/>");
        client.send(right).until("<success");
    }

    @Test
    void aMessageOfTheWrongFormIsNamedSo() throws IOException {
        client.open();
        client.send(TestClient.auth("PLAIN", "juliet")).until("<malformed-request/>");
        client.send(TestClient.auth("SCRAM-SHA-1", "n,,n=juliet,r=abc")).matching("<challenge[^>]*>[^<]*</challenge>");
        client.send(TestClient.response("c=biws")).until("<malformed-request/>");
    }

    @Test
    void withoutAnInitialResponseTheServerAsksForIt() throws IOException {
        client.open();
        client.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>")
                .matching("<challenge[^>]*/>");
        client.send(TestClient.response("\0juliet\0r0m30")).until("<success");
    }

    @Test
    void aClientMayThinkBetterOfIt() throws IOException {
        client.open();
        client.send(TestClient.auth("SCRAM-SHA-1", "n,,n=juliet,r=abc")).matching("</challenge>");
        client.send("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>").until("<aborted/>");
        client.send(TestClient.plain("", "juliet", "r0m30")).until("<success");
    }

    @Test
    void aProofIsGoodOnce() throws IOException {
        client.open();
        client.send(TestClient.plain("", "juliet", "r0m30")).matching("<success[^>]*>");
        client.open();
        client.send(TestClient.plain("", "juliet", "r0m30")).until("<not-authorized");
    }
}
