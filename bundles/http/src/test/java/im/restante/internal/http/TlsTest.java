package im.restante.internal.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates in each form, on a listener, and replaced. */
class TlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path directory;

    private record Pair(PrivateKey key, Certificate certificate) {}

    private static Pair rsa;
    private static Pair ec;
    private static Pair ed;

    @BeforeAll
    static void makeKeys() throws Exception {
        rsa = pair("rsa", "RSA", "-keysize", "2048");
        ec = pair("ec", "EC", "-groupname", "secp256r1");
        ed = pair("ed", "Ed25519");
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

    /** The key inside of PKCS#8: PKCS#1 of RSA, SEC 1 of EC, to which the curve is added as tools do. */
    private static byte[] inside(Pair pair) {
        byte[] pkcs8 = pair.key.getEncoded();
        if (pair == rsa) {
            return Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
        }
        byte[] sec1 = Arrays.copyOfRange(pkcs8, 28, pkcs8.length);
        byte[] curve = {(byte) 0xa0, 10, 6, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 3, 1, 7};
        int fixed = 2 + 3 + 34; // the sequence's head, the version, the key
        byte[] all = new byte[sec1.length + curve.length];
        System.arraycopy(sec1, 0, all, 0, fixed);
        System.arraycopy(curve, 0, all, fixed, curve.length);
        System.arraycopy(sec1, fixed, all, fixed + curve.length, sec1.length - fixed);
        all[1] += curve.length;
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"pkcs8 rsa", "pkcs8 ec", "pkcs8 ed", "pkcs1", "sec1", "one file"})
    void readsEachFormOfAKey(String form) throws Exception {
        Pair pair = form.endsWith("ec") || form.equals("sec1") ? ec : form.endsWith("ed") ? ed : rsa;
        String key = switch (form) {
            case "pkcs1" -> pem("RSA PRIVATE KEY", inside(pair));
            case "sec1" ->
                "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                        + pem("EC PRIVATE KEY", inside(pair));
            default -> pem("PRIVATE KEY", pair.key.getEncoded());
        };
        Path certificates = Files.writeString(directory.resolve("c.pem"), certificate(pair) + key);
        Path keys = form.equals("one file") ? certificates : Files.writeString(directory.resolve("k.pem"), key);
        Pem.Identity identity = Pem.read(certificates, keys);
        if (form.equals("sec1")) { // the curve stands twice in it, so it is not the same in bytes
            assertEquals(((ECPrivateKey) pair.key).getS(), ((ECPrivateKey) identity.key()).getS());
        } else {
            assertEquals(pair.key, identity.key());
        }
        assertEquals(pair.certificate, identity.chain().get(0));
    }

    @Test
    void namesTheFileThatIsWrong() throws Exception {
        Path certificates = Files.writeString(directory.resolve("c2.pem"), certificate(rsa));
        Path other = Files.writeString(directory.resolve("k2.pem"), pem("PRIVATE KEY", ec.key.getEncoded()));
        Path broken = Files.writeString(directory.resolve("k3.pem"), pem("PRIVATE KEY", new byte[10]));
        Path cut = Files.writeString(directory.resolve("k4.pem"), pem("EC PRIVATE KEY", new byte[] {0x30, 10, 2}));
        Path locked = Files.writeString(
                directory.resolve("k5.pem"),
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        for (Path key : new Path[] {other, broken, cut, locked, certificates, directory.resolve("none.pem")}) {
            IOException refused = assertThrows(IOException.class, () -> Pem.read(certificates, key));
            assertTrue(refused.getMessage().contains(key.toString()), refused.getMessage());
        }
        assertThrows(IOException.class, () -> Pem.read(other, other));
        assertThrows(
                ConfigException.class,
                () -> new HttpServers(
                        Serving.settings(Map.of("tls", "on", "certificate", "none.pem")),
                        directory,
                        Serving.LENIENT,
                        null));
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
