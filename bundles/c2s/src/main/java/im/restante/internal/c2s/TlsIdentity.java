package im.restante.internal.c2s;

import im.restante.jid.Jid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server shows in a TLS handshake: the PEM files of the operator, or a pair it makes for itself. Files that were replaced
 * are read again; broken ones are logged once, and the last good ones stay in use.
 */
final class TlsIdentity {
    private static final Logger log = LoggerFactory.getLogger(TlsIdentity.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    private static final Path OWN_CERTIFICATE = Path.of("data", "certificate.pem");
    private static final Path OWN_KEY = Path.of("data", "private-key.pem");

    private final Path certificate;
    private final Path privateKey;
    private final long lookAgainNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private FileTime certificateTime;
    private FileTime keyTime;
    private volatile long looked;
    private volatile SSLContext context;

    /**
     * Reads the files; makes them first if the configuration names none.
     *
     * @throws IOException with a message for the operator
     */
    static TlsIdentity open(C2sConfig config, Jid domain, Path home) throws IOException {
        return open(config, domain, home, LOOK_AGAIN);
    }

    static TlsIdentity open(C2sConfig config, Jid domain, Path home, Duration lookAgain) throws IOException {
        if (!config.certificate().isEmpty()) {
            Path certificate = home.resolve(config.certificate());
            Path key = config.privateKey().isEmpty() ? certificate : home.resolve(config.privateKey());
            return new TlsIdentity(certificate, key, lookAgain);
        }
        Path certificate = home.resolve(OWN_CERTIFICATE);
        Path key = home.resolve(OWN_KEY);
        makeUnlessThere(domain, certificate, key);
        return new TlsIdentity(certificate, key, lookAgain);
    }

    private TlsIdentity(Path certificate, Path privateKey, Duration lookAgain) throws IOException {
        this.certificate = certificate;
        this.privateKey = privateKey;
        this.lookAgainNanos = lookAgain.toNanos();
        try {
            load();
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use " + certificate + " for TLS", e);
        }
    }

    /** For one handshake. Looks at the files at most every two seconds. */
    SSLContext context() {
        if (System.nanoTime() - looked > lookAgainNanos && lock.tryLock()) {
            try {
                reload();
            } finally {
                lock.unlock();
            }
        }
        return context;
    }

    private void reload() {
        try {
            if (!Files.getLastModifiedTime(certificate).equals(certificateTime)
                    || !Files.getLastModifiedTime(privateKey).equals(keyTime)) {
                load();
                log.info("certificate {} was replaced: new connections use it", certificate);
            }
        } catch (IOException | GeneralSecurityException e) {
            log.error("{}; the certificate read before stays in use", e.getMessage());
        }
        looked = System.nanoTime();
    }

    private void load() throws IOException, GeneralSecurityException {
        if (Files.exists(certificate) && Files.exists(privateKey)) {
            certificateTime =
                    Files.getLastModifiedTime(certificate); // before reading: a broken pair is not tried again
            keyTime = Files.getLastModifiedTime(privateKey);
        }
        Identity identity = PemFiles.read(certificate, privateKey);
        X509Certificate own = identity.certificate();
        if (own.getNotAfter().toInstant().isBefore(Instant.now())) {
            log.warn(
                    "the certificate {} has expired on {}",
                    certificate,
                    own.getNotAfter().toInstant());
        }
        context = identity.context();
        looked = System.nanoTime();
    }

    private static void makeUnlessThere(Jid domain, Path certificate, Path key) throws IOException {
        Instant now = Instant.now();
        if (Files.exists(certificate) && Files.exists(key)) {
            try {
                if (SelfSigned.covers(PemFiles.read(certificate, key).certificate(), domain, now)) {
                    return;
                }
            } catch (IOException e) {
                log.warn("{}; making a new certificate", e.getMessage());
            }
        }
        try {
            Identity made = SelfSigned.create(domain, now);
            PemFiles.write(made, certificate, key);
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(made.certificate().getEncoded());
            log.info(
                    "made a self-signed certificate for {}: {}, SHA-256 {}",
                    domain,
                    certificate,
                    HexFormat.ofDelimiter(":").formatHex(digest));
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot make a certificate for " + domain, e);
        }
    }
}
