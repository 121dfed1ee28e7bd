package im.restante.internal.tls;

import im.restante.jid.Jid;
import im.restante.tls.TlsIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server shows in a TLS handshake: the PEM files of the operator, or a pair it makes for itself. Files that were replaced
 * are read again; broken ones are logged once, and the last good ones stay in use.
 */
final class PemIdentity implements TlsIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(PemIdentity.class);

    private final Path certificate;
    private final Path privateKey;
    private final long lookAgainNanos;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private FileTime certificateTime;
    private FileTime keyTime;
    private volatile long looked;
    private volatile Identity identity;
    private volatile SSLContext context;

    /**
     * Reads the files of an operator.
     *
     * @throws IOException with a message for the operator
     */
    static PemIdentity open(Path certificate, Path privateKey, Duration lookAgain) throws IOException {
        PemIdentity identity = new PemIdentity(certificate, privateKey, lookAgain);
        identity.use(identity.read());
        identity.opened.complete(null);
        return identity;
    }

    /**
     * The pair that the server makes for itself. It is read, or made, while others go on: it can be no mistake of the operator's, and
     * the first key takes a quarter of a second.
     *
     * @param background where that happens
     */
    static PemIdentity own(Path certificate, Path privateKey, Jid domain, Duration lookAgain, Executor background) {
        PemIdentity identity = new PemIdentity(certificate, privateKey, lookAgain);
        boolean begun = false;
        try {
            background.execute(() -> identity.openOwn(domain));
            begun = true;
        } finally {
            if (!begun) { // there was no thread: nobody waits for it
                identity.opened.complete(null);
            }
        }
        return identity;
    }

    private PemIdentity(Path certificate, Path privateKey, Duration lookAgain) {
        this.certificate = certificate;
        this.privateKey = privateKey;
        this.lookAgainNanos = lookAgain.toNanos();
    }

    @Override
    public SSLContext context() throws IOException {
        current();
        return context;
    }

    @Override
    public SSLContext lastingContext() throws IOException {
        current();
        try {
            return Identity.context(() -> {
                try {
                    return current();
                } catch (IOException e) { // not for what was opened once
                    throw new UncheckedIOException(e);
                }
            });
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use " + certificate + " for TLS", e);
        }
    }

    @Override
    public Optional<Instant> expiresAt() {
        Identity now = identity;
        return now == null
                ? Optional.empty()
                : Optional.of(now.certificate().getNotAfter().toInstant());
    }

    /** Looks at the files, if it is time. */
    private Identity current() throws IOException {
        awaitOpened();
        if (context == null) {
            throw new IOException("there is no certificate to show");
        }
        if (System.nanoTime() - looked > lookAgainNanos && lock.tryLock()) {
            try {
                reload();
            } finally {
                lock.unlock();
            }
        }
        return identity;
    }

    /** Returns when the own pair has been read or made, or could not be. */
    void awaitOpened() {
        opened.join();
    }

    /** Whether it was opened in vain. */
    boolean hasFailed() {
        return opened.isDone() && context == null;
    }

    private void openOwn(Jid domain) {
        try {
            use(own(domain));
        } catch (IOException | RuntimeException e) {
            LOG.error("no client can use TLS, for there is no certificate: {}", e.getMessage(), e);
        } finally {
            opened.complete(null);
        }
    }

    private void reload() {
        try {
            if (!Files.getLastModifiedTime(certificate).equals(certificateTime)
                    || !Files.getLastModifiedTime(privateKey).equals(keyTime)) {
                use(read());
                LOG.info("certificate {} was replaced: new connections use it", certificate);
            }
        } catch (IOException e) {
            LOG.error("{}; the certificate read before stays in use", e.getMessage());
        }
        looked = System.nanoTime();
    }

    private Identity read() throws IOException {
        remember(); // before reading: a broken pair is not tried again
        return PemFiles.read(certificate, privateKey);
    }

    private void remember() throws IOException {
        if (bothExist()) {
            certificateTime = Files.getLastModifiedTime(certificate);
            keyTime = Files.getLastModifiedTime(privateKey);
        }
    }

    private boolean bothExist() {
        return Files.exists(certificate) && Files.exists(privateKey);
    }

    private void use(Identity fresh) throws IOException {
        Instant end = fresh.certificate().getNotAfter().toInstant();
        if (end.isBefore(Instant.now())) {
            LOG.warn("the certificate {} has expired on {}", certificate, end);
        }
        try {
            context = Identity.context(() -> fresh);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use " + certificate + " for TLS", e);
        }
        identity = fresh;
        looked = System.nanoTime();
    }

    /** What was made at an earlier start, if it will still do; else a new pair, kept in the files. */
    private Identity own(Jid domain) throws IOException {
        Instant now = Instant.now();
        if (bothExist()) {
            try {
                Identity kept = read();
                if (SelfSigned.covers(kept.certificate(), domain, now)) {
                    return kept;
                }
            } catch (IOException e) {
                LOG.warn("{}; making a new certificate", e.getMessage());
            }
        }
        try {
            Identity made = SelfSigned.create(domain, now);
            keep(made, domain);
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(made.certificate().getEncoded());
            LOG.info(
                    "made a self-signed certificate for {}: {}, SHA-256 {}",
                    domain,
                    certificate,
                    HexFormat.ofDelimiter(":").formatHex(digest));
            return made;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot make a certificate for " + domain, e);
        }
    }

    private void keep(Identity made, Jid domain) {
        try {
            PemFiles.putAside(certificate, privateKey)
                    .ifPresent(place -> LOG.warn(
                            "what was in {} is not for {} from now on, and is kept as {}, its key likewise",
                            certificate,
                            domain,
                            place));
            PemFiles.write(made, certificate, privateKey);
            remember();
        } catch (IOException e) {
            LOG.error("cannot keep the new certificate: the next start will make another", e);
        }
    }
}
