package im.restante.internal.tls;

import im.restante.config.Settings;
import im.restante.internal.support.Threads;
import im.restante.jid.Jid;
import im.restante.tls.Certificates;
import im.restante.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Certificates from PEM files, and one pair of the server's own in {@code data}. */
@Component(service = Certificates.class)
public final class PemCertificates implements Certificates, AutoCloseable {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    private static final Path OWN_CERTIFICATE = Path.of("data", "certificate.pem");
    private static final Path OWN_KEY = Path.of("data", "private-key.pem");

    private final Path home;
    private final Executor background;
    private final Duration lookAgain;
    private Jid ownDomain;
    private PemIdentity own;

    @Activate
    public PemCertificates(BundleContext context) {
        this(home(context));
    }

    /** @param home where relative paths begin */
    public PemCertificates(Path home) {
        this(home, background(Threads.daemons("restante-tls")), LOOK_AGAIN);
    }

    /** @param background where the own pair is read or made */
    PemCertificates(Path home, Executor background, Duration lookAgain) {
        this.home = home;
        this.background = background;
        this.lookAgain = lookAgain;
    }

    private static Path home(BundleContext context) {
        String home = Settings.home(context::getProperty);
        return Path.of(home == null ? "" : home);
    }

    private static Executor background(ThreadFactory threads) {
        return task -> threads.newThread(task).start();
    }

    @Override
    public TlsIdentity open(String certificate, String privateKey) throws IOException {
        Path chain = home.resolve(certificate);
        return PemIdentity.open(chain, privateKey.isEmpty() ? chain : home.resolve(privateKey), lookAgain);
    }

    /** Two who made a pair at the same time would each show a certificate whose key is not the one that is kept. */
    @Override
    public synchronized TlsIdentity own(Jid domain) {
        if (!domain.equals(ownDomain) || own.hasFailed()) {
            close(); // or the one before might still be written
            ownDomain = null;
            own = PemIdentity.own(home.resolve(OWN_CERTIFICATE), home.resolve(OWN_KEY), domain, lookAgain, background);
            ownDomain = domain;
        }
        return own;
    }

    /** Returns when nothing is being written any more. */
    @Deactivate
    @Override
    public synchronized void close() {
        if (own != null) {
            own.awaitOpened();
        }
    }
}
