package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.internal.c2s.C2sConfig.Tls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class C2sConfigTest {
    @TempDir
    Path home;

    @Test
    void nothingSetIsTheDocumentedDefault() {
        C2sConfig config = C2sConfig.of(Map.of());
        assertEquals("127.0.0.1", config.host());
        assertEquals(5222, config.port());
        assertEquals(Tls.REQUIRED, config.tls());
        assertEquals(0, config.directTlsPort());
        assertEquals(262_144, config.limits().stanzaBytes());
        assertEquals(64, config.limits().depth());
        assertEquals(Duration.ofSeconds(30), config.authTimeout());
        assertEquals(Duration.ofSeconds(300), config.idleTimeout());
        assertEquals(2_048, config.outboundLimit());
        assertEquals(1_048_576, config.outboundBytes());
    }

    @Test
    void theAnswerToAPingIsAwaitedForAMinuteOrAsLongAsTheSilenceBeforeIt() {
        assertEquals(Duration.ofSeconds(60), C2sConfig.of(Map.of()).pingTimeout());
        assertEquals(
                Duration.ofSeconds(5),
                C2sConfig.of(Map.of("idle-timeout-seconds", "5")).pingTimeout());
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
        "port, 65536",
        "port, http",
        "tls, yes",
        "direct-tls-port, -1",
        "max-stanza-bytes, 9999",
        "max-depth, 0",
        "auth-timeout-seconds, 0",
        "idle-timeout-seconds, 5m",
        "resume-timeout-seconds, -1",
        "outbound-limit, 0",
        "outbound-bytes, 1000",
        "private-key, key.pem"
    })
    void aBadValueIsNamed(String key, String value) {
        String message = assertThrows(ConfigException.class, () -> C2sConfig.of(Map.of(key, value)))
                .getMessage();
        assertTrue(message.startsWith("im.restante.c2s: " + key + "=" + value + ": must be "), message);
    }

    @ParameterizedTest
    @CsvSource({"a@b", "a/b", "'a b'", "''''"})
    void aDomainIsADomain(String domain) {
        assertThrows(ConfigException.class, () -> C2sConfig.of(Map.of("domain", domain)));
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress("127.0.0.1", 0));
            C2sConfig config = C2sConfig.of(Map.of("port", taken.getLocalPort(), "tls", "off"));
            String message = assertThrows(ConfigException.class, () -> new TestServer(home, config))
                    .getMessage();
            assertTrue(message.contains("port=" + taken.getLocalPort() + ": must be free"), message);
        }
    }

    @Test
    void limitsChangeWithoutDroppingAConnection() throws Exception {
        C2sConfig before = C2sConfig.of(Map.of("port", "0", "tls", "off"));
        try (TestServer server = new TestServer(home, before);
                TestClient client = server.online("balcony")) {
            InetSocketAddress address = server.server.address();
            server.server.reconfigure(C2sConfig.of(Map.of("port", "0", "tls", "off", "max-stanza-bytes", "10000")));
            assertEquals(address, server.server.address());
            FakeSessions.Session session = server.sessions.next();
            client.send("<message id='a'/>");
            assertEquals("a", session.next().id());
            try (TestClient next = server.online("chamber")) {
                next.send("<message><body>" + "x".repeat(20_000) + "</body></message>")
                        .until("<policy-violation");
            }
        }
    }

    @Test
    void anotherPortMovesTheListenerOnly() throws Exception {
        try (TestServer server = new TestServer(home, C2sConfig.of(Map.of("port", "0", "tls", "off")));
                TestClient client = server.online("balcony")) {
            assertEquals(moved(server), server.server.address().getPort());
            FakeSessions.Session session = server.sessions.next();
            client.send("<message id='a'/>");
            assertEquals("a", session.next().id());
            try (TestClient next = server.online("chamber")) {
                next.send("</stream:stream>").until("</stream:stream>");
            }
        }
    }

    /** A port that was free may be somebody else's a moment later; then another one is tried. */
    private static int moved(TestServer server) throws IOException {
        for (int tries = 1; ; tries++) {
            int port;
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
            try {
                server.server.reconfigure(C2sConfig.of(Map.of("port", port, "tls", "off")));
                return port;
            } catch (ConfigException e) {
                if (tries == 10) {
                    throw e;
                }
            }
        }
    }

    @Test
    void aPlaceThatIsNotToBeHadLeavesTheOldOne() throws Exception {
        try (ServerSocket taken = new ServerSocket();
                TestServer server = new TestServer(home, C2sConfig.of(Map.of("port", "0", "tls", "off")))) {
            taken.bind(new InetSocketAddress("127.0.0.1", 0));
            int port = server.server.address().getPort();
            C2sConfig wanted = C2sConfig.of(Map.of("port", taken.getLocalPort(), "tls", "off"));
            assertThrows(ConfigException.class, () -> server.server.reconfigure(wanted));
            assertThrows(
                    ConfigException.class,
                    () -> server.server.reconfigure(
                            C2sConfig.of(Map.of("port", "0", "host", "no.such.host.invalid", "tls", "off"))));
            assertEquals(port, server.server.address().getPort());
            try (TestClient client = server.online("balcony")) {
                client.send("</stream:stream>").until("</stream:stream>");
            }
        }
    }
}
