package im.restante.internal.http;

import im.restante.internal.support.Printable;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the listeners show in a TLS handshake. The files are looked at every two seconds at most, when there is a handshake; replaced ones
 * are used from then on, and of broken ones one line is logged while the last good ones stay in use.
 */
final class TlsKeys extends X509ExtendedKeyManager {
    private static final Logger LOG = LoggerFactory.getLogger(TlsKeys.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    private static final String ALIAS = "server";

    private final Path certificate;
    private final Path privateKey;
    private final long lookAgainNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private FileTime certificateTime; // guarded by lock, as the next
    private FileTime keyTime;
    private volatile long looked;
    private volatile Pem.Identity identity;

    /** @throws IOException with a message for the operator */
    TlsKeys(Path certificate, Path privateKey) throws IOException {
        this(certificate, privateKey, LOOK_AGAIN);
    }

    TlsKeys(Path certificate, Path privateKey, Duration lookAgain) throws IOException {
        this.certificate = certificate;
        this.privateKey = privateKey;
        this.lookAgainNanos = lookAgain.toNanos();
        read();
    }

    /** A context that shows this key to everybody and asks nobody for a certificate. */
    SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {this}, new TrustManager[0], null);
        return context;
    }

    private void read() throws IOException {
        certificateTime = Files.exists(certificate) ? Files.getLastModifiedTime(certificate) : null;
        keyTime = Files.exists(privateKey) ? Files.getLastModifiedTime(privateKey) : null;
        looked = System.nanoTime();
        Pem.Identity read = Pem.read(certificate, privateKey);
        Instant end = read.chain().get(0).getNotAfter().toInstant();
        if (end.isBefore(Instant.now())) {
            LOG.warn(
                    "the certificate {} has expired on {}; clients will refuse it. Replace the file", certificate, end);
        }
        identity = read;
    }

    private Pem.Identity now() {
        if (System.nanoTime() - looked > lookAgainNanos && lock.tryLock()) {
            try {
                if (!Files.getLastModifiedTime(certificate).equals(certificateTime)
                        || !Files.getLastModifiedTime(privateKey).equals(keyTime)) {
                    read();
                    LOG.info("certificate {} was replaced: new HTTPS connections use it", certificate);
                }
                looked = System.nanoTime();
            } catch (IOException e) {
                looked = System.nanoTime();
                LOG.error("{}; the certificate read before stays in use", Printable.line(e.getMessage()));
            } finally {
                lock.unlock();
            }
        }
        return identity;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return keyType.equals(now().key().getAlgorithm()) ? ALIAS : null;
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return chooseEngineServerAlias(keyType, issuers, null) == null ? null : new String[] {ALIAS};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return identity.chain().toArray(new X509Certificate[0]);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return identity.key();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
        return null;
    }

    /** Whether it reads these files. */
    boolean reads(Path otherCertificate, Path otherKey) {
        return certificate.equals(otherCertificate) && privateKey.equals(otherKey);
    }
}
