package im.restante.quota;

import im.restante.jid.Jid;
import org.osgi.annotation.versioning.ProviderType;

/** The limits in force. Usage is the store's; this never asks for it. Safe for concurrent use; does not wait for a disk. */
@ProviderType
public interface QuotaService {
    /** The terms for a message from {@code sender} to {@code owner}, both bare. */
    Terms terms(Jid owner, Jid sender);
}
