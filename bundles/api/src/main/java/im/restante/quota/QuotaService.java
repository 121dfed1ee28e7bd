package im.restante.quota;

import im.restante.jid.Jid;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** The limits in force. Usage is the store's; this never asks for it. Safe for concurrent use; does not block. */
@ProviderType
public interface QuotaService {
    /**
     * The terms for a message from {@code sender} to {@code owner}, both bare. Asked for a message that is about to be stored.
     *
     * @return completed already unless the owner's own limit or roster must be looked up; then on a thread of whoever knows it, on
     *     which callers do no work of their own. Never exceptionally
     */
    CompletionStage<Terms> terms(Jid owner, Jid sender);
}
