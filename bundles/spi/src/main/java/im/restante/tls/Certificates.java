package im.restante.tls;

import im.restante.jid.Jid;
import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/** Opens certificates and their private keys for bundles that let others in by TLS. Safe for concurrent use. */
@ProviderType
public interface Certificates {
    /**
     * Reads the PEM files (RFC 7468) that an operator named. Relative paths begin at {@code restante.home}.
     *
     * @param certificate the chain, the server's own certificate first
     * @param privateKey  the unencrypted key; empty: it is in the file of the certificate
     * @throws IOException if the files cannot be used, with a message for the operator that says what would be right
     */
    TlsIdentity open(String certificate, String privateKey) throws IOException;

    /**
     * The self-signed pair that the server makes for itself where nobody named files. Everybody who asks for the same domain gets the same
     * one; it is read or made while others go on, and a handshake waits for it.
     *
     * @param domain whom it names
     */
    TlsIdentity own(Jid domain);
}
