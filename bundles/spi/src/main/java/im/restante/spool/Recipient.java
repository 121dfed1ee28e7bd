package im.restante.spool;

import im.restante.jid.Jid;
import im.restante.session.Outbound;
import im.restante.session.ProofPolicy;
import im.restante.store.StoredMessage;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A session as its owner's spool sees it. {@link #offer} puts into a queue in memory and calls nobody back. Safe for concurrent use.
 */
@ProviderType
public interface Recipient {
    /** Full. */
    Jid jid();

    /** See {@link im.restante.session.ClientConnection#offer}. */
    boolean offer(Outbound stanza);

    /** See {@link im.restante.session.ClientConnection#sendStored}. */
    CompletionStage<Void> sendStored(
            List<StoredMessage> messages, ProofPolicy proof, Consumer<Collection<Long>> proved);
}
