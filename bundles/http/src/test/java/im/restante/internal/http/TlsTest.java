package im.restante.internal.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.http.HttpResponse;
import im.restante.internal.tls.PemCertificates;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates on a listener, and replaced. */
class TlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path directory;

    private record Pair(PrivateKey key, Certificate certificate) {}

    private static Pair rsa;
    private static Pair ec;

    @BeforeAll
    static void makeKeys() throws Exception {
        rsa = pair("rsa", "RSA", "-keysize", "2048");
        ec = pair("ec", "EC", "-groupname", "secp256r1");
    }

    /** What an operator's tools make. */
    private static Pair pair(String name, String algorithm, String... more) throws Exception {
        Path store = directory.resolve(name + ".p12");
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                "a",
                "-dname",
                "CN=" + name,
                "-keyalg",
                algorithm));
        command.addAll(Arrays.asList(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
        assertEquals(0, process.waitFor(), said);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return new Pair((PrivateKey) keys.getKey("a", PASSWORD.toCharArray()), keys.getCertificate("a"));
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n";
    }

    private static String certificate(Pair pair) throws Exception {
        return "subject=/CN=a\n" + pem("CERTIFICATE", pair.certificate.getEncoded());
    }

    @Test
    void aFileThatCannotBeUsedRefusesTheConfigurationAndIsNamed() {
        String message = assertThrows(
                        ConfigException.class,
                        () -> new HttpServers(
                                Serving.settings(Map.of("tls", "on", "certificate", "none.pem")),
                                new PemCertificates(directory),
                                Serving.LENIENT,
                                null))
                .getMessage();
        assertTrue(message.contains("certificate") && message.contains("none.pem does not exist"), message);
    }

    /** Whom the listener shows. */
    private static X509Certificate shown(Serving serving) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        int port = serving.open.get("admin").getPort();
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout((int) Serving.PATIENCE.toMillis());
            socket.startHandshake();
            socket.getOutputStream()
                    .write("GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
            String answer = Serving.rest(socket);
            assertTrue(answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("secret"), answer);
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void servesOverTlsAndTakesAReplacedCertificate() throws Exception {
        Path file = Files.writeString(
                directory.resolve("both.pem"), certificate(rsa) + pem("PRIVATE KEY", rsa.key.getEncoded()));
        try (Serving serving =
                new Serving(Serving.LENIENT, Map.of("tls", "on", "certificate", "both.pem"), directory)) {
            Serving.until("it is open", () -> serving.open.containsKey("admin"));
            serving.put(
                    "/a",
                    request -> HttpResponse.text(request.isEncrypted() ? 200 : 500, "secret")
                            .completed());
            assertEquals(rsa.certificate, shown(serving));
            try (Socket clear = serving.connect()) {
                clear.getOutputStream().write("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
                assertFalse(Serving.rest(clear).contains("secret"));
            }
            Files.writeString(file, "half a file");
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(10)));
            assertEquals(rsa.certificate, shown(serving));
            Files.writeString(file, certificate(ec) + pem("PRIVATE KEY", ec.key.getEncoded()));
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(20)));
            Serving.until("the new certificate is shown", () -> shown(serving).equals(ec.certificate));
        }
    }

    @Test
    void whoDoesNotShakeHandsIsCut() throws Exception {
        Files.writeString(directory.resolve("slow.pem"), certificate(ec) + pem("PRIVATE KEY", ec.key.getEncoded()));
        Bounds quick = new Bounds(
                Duration.ofMillis(500),
                Duration.ofSeconds(60),
                Duration.ofMillis(200),
                1_024,
                Duration.ofSeconds(60),
                Duration.ofMillis(200),
                Duration.ofMillis(200),
                64,
                Bounds.CONNECTIONS);
        try (Serving serving = new Serving(quick, Map.of("tls", "on", "certificate", "slow.pem"), directory)) {
            Serving.until("it is open", () -> serving.open.containsKey("admin"));
            try (Socket socket = serving.connect()) {
                socket.getOutputStream().write(new byte[] {22, 3, 1, 2});
                assertEquals("", Serving.rest(socket));
            }
        }
    }

    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
