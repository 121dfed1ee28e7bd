package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.session.CloseReason;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates on the wire, and the two ways into TLS. */
@SuppressWarnings("try") // clients that only have to be there
class TlsTest {
    @TempDir
    Path home;

    private static C2sConfig config(String certificate, String privateKey) {
        return C2sConfig.of(Map.of("port", "0", "certificate", certificate, "private-key", privateKey));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** A port that was free may be somebody else's a moment later; then another one is tried. */
    private TestServer withDirectTls() throws IOException {
        for (int tries = 1; ; tries++) {
            C2sConfig config = C2sConfig.of(Map.of("port", "0", "direct-tls-port", freePort()));
            try {
                return new TestServer(home, config);
            } catch (ConfigException e) {
                if (tries == 10) {
                    throw e;
                }
            }
        }
    }

    @Test
    void theFirstStartMakesACertificateThatStays() throws Exception {
        C2sConfig config = config("", "");
        X509Certificate first;
        try (TestServer server = new TestServer(home, config);
                TestClient client = server.connect()) {
            first = client.startTls().certificate();
        }
        Collection<List<?>> names = first.getSubjectAlternativeNames();
        assertEquals("localhost", names.iterator().next().get(1));
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("data/private-key.pem"))));
        try (TestServer server = new TestServer(home, config);
                TestClient client = server.connect()) {
            assertEquals(first, client.startTls().certificate());
        }
    }

    @Test
    void oldTlsIsRefused() throws Exception {
        try (TestServer server = new TestServer(home, config("", ""));
                TestClient client = server.connect()) {
            client.startTls();
            assertTrue(List.of("TLSv1.2", "TLSv1.3")
                    .contains(((SSLSocket) client.socket).getSession().getProtocol()));
        }
    }

    /** TLS 1.3 has no such thing. */
    @Test
    void aSecondHandshakeEndsTheConnection() throws Exception {
        try (TestServer server = new TestServer(home, config("", ""));
                TestClient client = server.connect()) {
            client.only = "TLSv1.2";
            client.startTls();
            client.open();
            client.login("balcony");
            FakeSessions.Session session = server.sessions.next();
            client.send("<iq type='get' id='before'><ping xmlns='urn:xmpp:ping'/></iq>")
                    .until("id='before'");
            SSLSocket secure = (SSLSocket) client.socket;
            assertEquals("TLSv1.2", secure.getSession().getProtocol());
            assertThrows(IOException.class, () -> {
                secure.startHandshake();
                client.send("<iq type='get' id='after'><ping xmlns='urn:xmpp:ping'/></iq>")
                        .until("id='after'");
            });
            assertEquals(CloseReason.CUT, session.end());
        }
    }

    @Test
    void unusableFilesRefuseTheConfigurationAndAreNamed() {
        C2sConfig config = config("missing.pem", "");
        String message = assertThrows(ConfigException.class, () -> new TestServer(home, config))
                .getMessage();
        assertTrue(message.contains("certificate") && message.contains("missing.pem does not exist"), message);
    }

    @Test
    void directTlsNeedsNoStartTls() throws Exception {
        try (TestServer server = withDirectTls();
                TestClient client = new TestClient(server.server.directTlsAddress())) {
            client.secure("xmpp-client");
            assertEquals("xmpp-client", ((SSLSocket) client.socket).getApplicationProtocol());
            String features = client.open();
            assertTrue(!features.contains("starttls") && features.contains("SCRAM-SHA-256-PLUS"), features);
            client.login("balcony");
            assertTrue(server.sessions.next().link.encrypted());
            try (TestClient browser = new TestClient(server.server.directTlsAddress())) {
                assertThrows(SSLException.class, () -> browser.secure("http/1.1"));
            }
            try (TestClient old = new TestClient(server.server.directTlsAddress())) {
                old.secure().open();
            }
        }
    }

    @Test
    void silentHandshakesKeepNobodyOut() throws Exception {
        List<TestClient> silent = new ArrayList<>();
        try (TestServer server = new TestServer(home, config("", ""))) {
            for (int i = 0; i < 20; i++) {
                TestClient client = server.connect();
                silent.add(client);
                client.open();
                client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
                        .matching("<proceed[^>]*/>");
                client.plain.getOutputStream().write(new byte[] {0x16, 3, 1}); // a handshake's first bytes
            }
            try (TestClient client = server.connect()) {
                client.startTls().open();
            }
            for (TestClient client : silent) {
                client.close();
            }
        }
    }

    @Test
    void stanzasFlowThroughTlsBothWays() throws Exception {
        try (TestServer server = new TestServer(home, config("", ""));
                TestClient client = server.connect()) {
            client.startTls().open();
            client.login("balcony");
            FakeSessions.Session session = server.sessions.next();
            String big = "x".repeat(90_000);
            client.send("<message id='up'><body>" + big + "</body></message>");
            assertEquals("up", session.next().id());
            session.send("<message id='down'><body>" + big + "</body></message>");
            assertTrue(client.until("</message>").endsWith(big + "</body></message>"));
            client.send("</stream:stream>").until("</stream:stream>");
            client.rest();
            client.socket.close();
            assertEquals(CloseReason.ORDERLY, session.end());
        }
    }
}
