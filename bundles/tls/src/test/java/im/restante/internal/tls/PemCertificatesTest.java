package im.restante.internal.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.tls.TlsIdentity;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys of the operator, and the server's own. */
class PemCertificatesTest {
    private static final Jid DOMAIN = Jid.of("localhost");

    @TempDir
    Path home;

    private PemCertificates certificates(Executor background) {
        return new PemCertificates(home, background, Duration.ofSeconds(2));
    }

    private void pem(Path file, String type, byte[] der) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, der));
        }
        Files.writeString(file, Files.exists(file) ? Files.readString(file) + text : "a comment\n" + text);
    }

    @Test
    void anotherDomainGetsAnotherCertificate() throws Exception {
        PemCertificates certificates = certificates(Runnable::run);
        certificates.own(DOMAIN);
        String before = Files.readString(home.resolve("data/certificate.pem"));
        certificates.own(Jid.of("bücher.example"));
        assertNotEquals(before, Files.readString(home.resolve("data/certificate.pem")));
        assertEquals(before, Files.readString(home.resolve("data/certificate.pem.1")), "the old one is kept");
        certificates.own(Jid.of("third.example"));
        assertEquals(before, Files.readString(home.resolve("data/certificate.pem.1")));
        Identity kept = PemFiles.read(home.resolve("data/certificate.pem.2"), home.resolve("data/private-key.pem.2"));
        assertTrue(SelfSigned.covers(kept.certificate(), Jid.of("bücher.example"), Instant.now()));
        certificates.own(Jid.of("bücher.example"));
        Identity made = PemFiles.read(home.resolve("data/certificate.pem"), home.resolve("data/private-key.pem"));
        assertTrue(SelfSigned.covers(made.certificate(), Jid.of("bücher.example"), Instant.now()));
    }

    @Test
    void aHandshakeWaitsForThePairThatIsBeingMade() throws Exception {
        List<Runnable> background = new ArrayList<>();
        TlsIdentity identity = certificates(background::add).own(DOMAIN);
        CompletableFuture<SSLContext> handshake = CompletableFuture.supplyAsync(() -> {
            try {
                return identity.context();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertFalse(handshake.isDone());
        background.forEach(Runnable::run);
        assertNotNull(handshake.get(20, TimeUnit.SECONDS));
    }

    @Test
    void anOwnPairThatCannotBeKeptIsUsedNevertheless() throws Exception {
        Files.writeString(home.resolve("data"), "not a directory");
        assertNotNull(certificates(Runnable::run).own(DOMAIN).context());
    }

    /** Two listeners that each made one would show certificates of which only one is kept. */
    @Test
    void whoeverAsksForTheSameDomainGetsTheSamePair() throws Exception {
        PemCertificates certificates = certificates(Runnable::run);
        TlsIdentity first = certificates.own(DOMAIN);
        assertSame(first, certificates.own(DOMAIN));
        assertNotSame(first, certificates.own(Jid.of("other.example")));
    }

    @Test
    void aPairThatCouldNotBeMadeIsTriedAgain() throws Exception {
        List<Runnable> background = new ArrayList<>();
        PemCertificates certificates = certificates(task -> {
            if (background.isEmpty()) {
                background.add(task);
                throw new OutOfMemoryError("no thread");
            }
            task.run();
        });
        assertThrows(OutOfMemoryError.class, () -> certificates.own(DOMAIN));
        assertNotNull(certificates.own(DOMAIN).context());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "[::1]"})
    void aDomainMayBeAnAddress(String domain) throws Exception {
        Identity made = SelfSigned.create(Jid.of(domain), Instant.now());
        assertEquals(
                7,
                made.certificate()
                        .getSubjectAlternativeNames()
                        .iterator()
                        .next()
                        .get(0));
    }

    @Test
    void aReplacedCertificateIsShownToTheNextClient() throws Exception {
        Identity first = SelfSigned.create(DOMAIN, Instant.now());
        Identity second = SelfSigned.create(DOMAIN, Instant.now());
        Path certificate = home.resolve("own.pem");
        Path key = home.resolve("own.key");
        PemFiles.write(first, certificate, key);
        TlsIdentity identity = new PemCertificates(home, Runnable::run, Duration.ZERO).open("own.pem", "own.key");
        Object before = identity.context();
        assertEquals(before, identity.context(), "nothing changed");
        PemFiles.write(second, certificate, key);
        Files.setLastModifiedTime(key, FileTime.from(Instant.now().plusSeconds(5)));
        assertNotEquals(before, identity.context());
        Object good = identity.context();
        Files.writeString(certificate, "broken");
        Files.setLastModifiedTime(certificate, FileTime.from(Instant.now().plusSeconds(5)));
        assertEquals(good, identity.context());
    }

    /** For a listener that is given one context when it opens; of files that are broken it shows what was there before. */
    @Test
    void aContextThatLastsShowsAtEachHandshakeWhatIsInUse() throws Exception {
        Identity first = SelfSigned.create(DOMAIN, Instant.now());
        Identity second = SelfSigned.create(DOMAIN, Instant.now());
        Path certificate = home.resolve("own.pem");
        Path key = home.resolve("own.key");
        PemFiles.write(first, certificate, key);
        SSLContext context = new PemCertificates(home, Runnable::run, Duration.ZERO)
                .open("own.pem", "own.key")
                .lastingContext();
        assertEquals(first.certificate(), shownBy(context));
        Files.writeString(certificate, "half a file");
        Files.setLastModifiedTime(certificate, FileTime.from(Instant.now().plusSeconds(5)));
        assertEquals(first.certificate(), shownBy(context));
        PemFiles.write(second, certificate, key);
        Files.setLastModifiedTime(key, FileTime.from(Instant.now().plusSeconds(10)));
        Files.setLastModifiedTime(certificate, FileTime.from(Instant.now().plusSeconds(10)));
        assertEquals(second.certificate(), shownBy(context));
    }

    private static Certificate shownBy(SSLContext context) throws Exception {
        SSLContext anybody = SSLContext.getInstance("TLS");
        anybody.init(null, new TrustManager[] {new Anybody()}, null);
        try (ServerSocket server =
                context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> shaken = CompletableFuture.runAsync(() -> {
                try (SSLSocket accepted = (SSLSocket) server.accept()) {
                    accepted.startHandshake();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (SSLSocket client = (SSLSocket)
                    anybody.getSocketFactory().createSocket(server.getInetAddress(), server.getLocalPort())) {
                client.startHandshake();
                Certificate shown = client.getSession().getPeerCertificates()[0];
                shaken.get(20, TimeUnit.SECONDS);
                return shown;
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

    @Test
    void keysComeInEveryUsualForm() throws Exception {
        Identity ec = SelfSigned.create(DOMAIN, Instant.now());
        Path certificate = home.resolve("chain.pem");
        pem(certificate, "CERTIFICATE", ec.certificate().getEncoded());
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(ec.key().getEncoded());
        ECPrivateKey inner = ECPrivateKey.getInstance(info.parsePrivateKey());
        Path sec1 = home.resolve("sec1.pem");
        pem(
                sec1,
                "EC PRIVATE KEY",
                new ECPrivateKey(
                                256,
                                inner.getKey(),
                                info.getPrivateKeyAlgorithm().getParameters())
                        .getEncoded());
        assertTrue(PemFiles.read(certificate, sec1).matches());
        pem(certificate, "PRIVATE KEY", ec.key().getEncoded());
        assertTrue(PemFiles.read(certificate, certificate).matches());
        assertNotNull(certificates(Runnable::run).open("chain.pem", "").context());
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair rsa = generator.generateKeyPair();
        Path pkcs1 = home.resolve("pkcs1.pem");
        pem(
                pkcs1,
                "RSA PRIVATE KEY",
                PrivateKeyInfo.getInstance(rsa.getPrivate().getEncoded())
                        .parsePrivateKey()
                        .toASN1Primitive()
                        .getEncoded());
        String message = assertThrows(IOException.class, () -> PemFiles.read(certificate, pkcs1))
                .getMessage();
        assertTrue(message.contains("does not belong"), message); // it was read
    }

    /** What is wrong, and what would be right. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RSA-1024|only 1024 bits|2048 bits or more",
                "RSA-PSS|RSA-PSS|make one of RSA",
                "secp256k1|curve secp256k1|P-256",
                "DSA|DSA|make one of RSA"
            })
    void aKeyThatClientsRefuseIsRefusedAtOnce(String kind, String wrong, String right) throws Exception {
        byte[] der = switch (kind) {
            case "RSA-1024" -> generated("RSA", 1024);
            case "RSA-PSS" -> generated("RSASSA-PSS", 2048);
            case "DSA" -> generated("DSA", 2048);
            default ->
                new PrivateKeyInfo(
                                new AlgorithmIdentifier(
                                        X9ObjectIdentifiers.id_ecPublicKey, new ASN1ObjectIdentifier("1.3.132.0.10")),
                                new ECPrivateKey(256, BigInteger.TEN))
                        .getEncoded();
        };
        Path certificate = home.resolve("c.pem");
        pem(
                certificate,
                "CERTIFICATE",
                SelfSigned.create(DOMAIN, Instant.now()).certificate().getEncoded());
        pem(home.resolve("k.pem"), "PRIVATE KEY", der);
        String message = assertThrows(IOException.class, () -> PemFiles.read(certificate, home.resolve("k.pem")))
                .getMessage();
        assertTrue(message.contains(wrong) && message.contains(right) && message.contains("k.pem"), message);
    }

    @Test
    void aFileInAnotherFormIsTakenOrNamed() throws Exception {
        Identity identity = SelfSigned.create(DOMAIN, Instant.now());
        Path certificate = home.resolve("c.pem");
        Path key = home.resolve("k.pem");
        PemFiles.write(identity, certificate, key);
        for (Path file : List.of(certificate, key)) { // as an editor of Windows saves it, with a comment in Latin-1
            byte[] text = ("\u00ef\u00bb\u00bfSchl\u00fcssel\n" + Files.readString(file)).getBytes(ISO_8859_1);
            Files.write(file, text);
        }
        assertEquals(identity.certificate(), PemFiles.read(certificate, key).certificate());
        Path der = home.resolve("c.der");
        Files.write(der, identity.certificate().getEncoded());
        named(() -> PemFiles.read(der, key), "c.der is binary (DER", "openssl x509 -inform DER");
        Path binaryKey = home.resolve("k.der");
        Files.write(binaryKey, identity.key().getEncoded());
        named(() -> PemFiles.read(certificate, binaryKey), "k.der is binary (DER", "openssl pkey -inform DER");
        Path wide = home.resolve("wide.pem");
        Files.writeString(wide, "\ufeff" + Files.readString(certificate, ISO_8859_1), UTF_16LE);
        named(() -> PemFiles.read(wide, key), "wide.pem is in UTF-16", "UTF-8");
        Path request = home.resolve("request.pem");
        pem(request, "CERTIFICATE REQUEST", new byte[] {1});
        named(() -> PemFiles.read(request, key), "holds no certificate but CERTIFICATE REQUEST", "");
    }

    @Test
    void unusableFilesAreNamed() throws Exception {
        Identity identity = SelfSigned.create(DOMAIN, Instant.now());
        Path certificate = home.resolve("c.pem");
        Path key = home.resolve("k.pem");
        PemFiles.write(identity, certificate, key);
        pem(home.resolve("encrypted.pem"), "ENCRYPTED PRIVATE KEY", new byte[] {1});
        pem(home.resolve("garbage.pem"), "PRIVATE KEY", new byte[] {1, 2, 3});
        List<String> messages = new ArrayList<>();
        for (String[] files : new String[][] {
            {"missing.pem", "k.pem"},
            {"k.pem", "k.pem"},
            {"c.pem", "c.pem"},
            {"c.pem", "encrypted.pem"},
            {"c.pem", "garbage.pem"}
        }) {
            messages.add(assertThrows(
                            IOException.class, () -> certificates(Runnable::run).open(files[0], files[1]))
                    .getMessage());
        }
        assertTrue(messages.get(0).contains("missing.pem does not exist"), messages.get(0));
        assertTrue(messages.get(1).contains("k.pem holds no certificate"), messages.get(1));
        assertTrue(messages.get(2).contains("c.pem holds no private key"), messages.get(2));
        assertTrue(messages.get(3).contains("unencrypted"), messages.get(3));
        assertTrue(messages.get(4).contains("garbage.pem holds a broken key"), messages.get(4));
    }

    private static byte[] generated(String algorithm, int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair().getPrivate().getEncoded();
    }

    private static void named(Executable reading, String wrong, String right) {
        String message = assertThrows(IOException.class, reading).getMessage();
        assertTrue(message.contains(wrong) && message.contains(right), message);
    }
}
