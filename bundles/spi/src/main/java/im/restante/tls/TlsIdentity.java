package im.restante.tls;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.osgi.annotation.versioning.ProviderType;

/** A certificate that is in use, with its private key. Safe for concurrent use. */
@ProviderType
public interface TlsIdentity {
    /**
     * For one handshake; ask anew for the next. Files that were replaced are read again, at most every two seconds; where the new ones
     * cannot be used, the log says so once and those that were read before stay in use. Asks nobody for a certificate. May wait for
     * the own pair of a first start, a quarter of a second.
     *
     * @throws IOException if there is nothing to show, which the log has told
     */
    SSLContext context() throws IOException;

    /**
     * One context for a listener that must be given one when it opens: at each handshake it shows what {@link #context} would. What was
     * agreed with a client before a file was replaced may be resumed by that client for as long as TLS allows.
     *
     * @throws IOException as {@link #context}
     */
    SSLContext lastingContext() throws IOException;

    /** When the certificate that is shown now expires; empty if there is none to show yet. Waits for nothing. */
    Optional<Instant> expiresAt();
}
