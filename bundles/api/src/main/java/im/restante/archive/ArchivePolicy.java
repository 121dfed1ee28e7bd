package im.restante.archive;

import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.store.MessageArchive;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Says which messages are kept in archives, and in which one. A service; of several, the one with the highest {@code service.ranking}
 * is asked. Without one nothing is archived.
 *
 * <p><b>What is asked.</b> Each message that is about to be stored for an owner, unless it says {@code no-permanent-store} (XEP-0334).
 * If it is to be kept, it is in the archive when its sender learns that it is stored: in the same commit, if {@link #archive()} is the
 * archive of the store that takes new messages; else in a second step. That is repeated for two seconds, and then given up with an error
 * in the log, since the message itself waits for its owner by then. A message that is refused or skipped is not archived.
 *
 * <p><b>What is not asked.</b> What an owner sends, and what is delivered without being stored, is for the policy itself to add. What comes
 * back from a session, and goes to the store, was asked about before or was delivered.
 *
 * <p><b>The end.</b> When an account is removed, the server empties its archive in every message store; another archive is for the
 * policy to empty ({@code AccountListener}).
 */
@ConsumerType
public interface ArchivePolicy {
    /** Where messages are kept. May become another one; does not block. */
    MessageArchive archive();

    /**
     * Whether {@code message} is kept in the archive of {@code owner}, its recipient. Called on the threads that carry messages: must not
     * block. The message, and what comes for its owner, waits half a second for the answer. If there is none by then, or it fails, the
     * message is stored and not archived, and the log says so.
     *
     * @param owner   bare
     * @param message as it was routed
     */
    CompletionStage<Boolean> keeps(Jid owner, Message message);
}
