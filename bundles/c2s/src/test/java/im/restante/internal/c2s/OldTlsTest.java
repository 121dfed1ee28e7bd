package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.internal.c2s.C2sConfig.Tls;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 7590 §3.1 seen from a client that knows nothing newer: its hello is written byte by byte, as no library does any more. */
class OldTlsTest {
    private static final int ALERT = 0x15;
    private static final int HANDSHAKE = 0x16;
    private static final int FATAL = 2;
    private static final int PROTOCOL_VERSION = 70;

    @TempDir
    static Path home;

    @ParameterizedTest(name = "{0}")
    @CsvSource({"SSL 3.0, 0", "TLS 1.0, 1", "TLS 1.1, 2"})
    void anOldVersionIsRefusedByItsName(String name, int minor) throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.REQUIRED));
                TestClient client = server.connect()) {
            byte[] answer = answerToHello(client, minor);
            assertEquals(ALERT, answer[0]);
            assertEquals(FATAL, answer[5]);
            assertEquals(PROTOCOL_VERSION, answer[6]);
        }
    }

    /** The same hello with a version that is good: what fails above is the version, not the hello. */
    @ParameterizedTest(name = "{0}")
    @CsvSource("TLS 1.2, 3")
    void theSameHelloOfAVersionInUseIsAnswered(String name, int minor) throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.REQUIRED));
                TestClient client = server.connect()) {
            assertEquals(HANDSHAKE, answerToHello(client, minor)[0]);
        }
    }

    private static byte[] answerToHello(TestClient client, int minor) throws Exception {
        client.open();
        client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").matching("<proceed[^>]*/>");
        client.plain.getOutputStream().write(hello(minor));
        InputStream in = client.plain.getInputStream();
        return in.readNBytes(7);
    }

    /** A ClientHello of version 3.{@code minor} (RFC 5246 §7.4.1.2) with the suites of its time and of ours. */
    private static byte[] hello(int minor) {
        byte[] extensions = bytes(
                0x00, 0x0a, 0x00, 0x04, 0x00, 0x02, 0x00, 0x17, // groups: secp256r1
                0x00, 0x0b, 0x00, 0x02, 0x01, 0x00, // points: uncompressed
                0x00, 0x0d, 0x00, 0x06, 0x00, 0x04, 0x04, 0x03, 0x04, 0x01); // signatures: ECDSA and RSA with SHA-256
        byte[] suites = bytes(0x00, 0x2f, 0xc0, 0x09, 0xc0, 0x13, 0xc0, 0x2b, 0xc0, 0x2f);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(bytes(3, minor));
        body.writeBytes(new byte[32]); // random
        body.write(0); // session id
        body.writeBytes(bytes(0, suites.length));
        body.writeBytes(suites);
        body.writeBytes(bytes(1, 0)); // no compression
        body.writeBytes(bytes(0, extensions.length));
        body.writeBytes(extensions);
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.writeBytes(bytes(HANDSHAKE, 3, Math.min(minor, 1), 0, body.size() + 4, 1, 0, 0, body.size()));
        record.writeBytes(body.toByteArray());
        return record.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
