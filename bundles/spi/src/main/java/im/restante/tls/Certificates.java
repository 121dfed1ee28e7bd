package im.restante.tls;

import im.restante.jid.Jid;
import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Opens certificates and their private keys for bundles that let others in by TLS. Safe for concurrent use.
 */
@ProviderType
public interface Certificates {
    /**
     * Reads the PEM files (RFC 7468) that an operator named. Where none is named, the server's own self-signed pair is used: everybody
     * who asks for the same domain gets the same one, it is read or made while others go on, and a handshake waits for it.
     *
     * @param certificate the chain, the server's own certificate first; a relative path begins at {@code restante.home}; empty: the own
     *     pair
     * @param privateKey  the unencrypted key; empty: it is in the file of the certificate. Without meaning for the own pair
     * @param domain      whom the own pair names
     * @throws IOException if the files cannot be used, with a message for the operator that says what would be right
     */
    TlsIdentity open(String certificate, String privateKey, Jid domain) throws IOException;
}
