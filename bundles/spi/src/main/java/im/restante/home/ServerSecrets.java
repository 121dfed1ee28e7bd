package im.restante.home;

import im.restante.jid.Jid;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Secrets of the server itself, kept with its users: in the record of the domain, so in the user repository that is chosen for the
 * accounts and in no other.
 *
 * <p>Safe for concurrent use; never blocks.
 */
@ProviderType
@FunctionalInterface
public interface ServerSecrets {
    /**
     * The secret of that name, made at its first use and the same for ever after.
     *
     * @param domain whose secret it is
     * @return 32 random bytes in base64, or whatever an operator has put there; exceptionally with
     *     {@link im.restante.store.StoreException} while the repository cannot be read
     */
    CompletionStage<String> secret(Jid domain, String name);
}
