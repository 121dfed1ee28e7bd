package im.restante.internal.spool;

import im.restante.jid.Jid;
import im.restante.store.StoredMessage;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Whom an owner blocks (XEP-0191). The stages fail while that cannot be read. Safe for concurrent use. */
interface Blocks {
    CompletionStage<Boolean> blocksAnybody(Jid owner);

    /** Those senders of messages whom the owner blocks. */
    CompletionStage<Set<Jid>> blocked(Jid owner, List<StoredMessage> messages);
}
