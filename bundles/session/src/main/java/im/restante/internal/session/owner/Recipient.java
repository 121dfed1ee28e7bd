package im.restante.internal.session.owner;

import im.restante.jid.Jid;
import im.restante.session.Outbound;
import im.restante.session.ProofPolicy;
import im.restante.store.StoredMessage;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A session as its owner's spool sees it. {@link #offer} is called under the owner lock: it puts into a queue in memory and calls
 * nobody back.
 */
public interface Recipient {
    /** Full. */
    Jid jid();

    /** See {@link im.restante.session.ClientLink#offer}. */
    boolean offer(Outbound stanza);

    /** See {@link im.restante.session.ClientLink#sendStored}. */
    CompletionStage<Void> sendStored(List<StoredMessage> messages, ProofPolicy proof);
}
