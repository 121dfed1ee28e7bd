package im.restante.store;

import im.restante.jid.Jid;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Keeps the archives of owners. A service with the property {@link MessageStore#ID}; which of several is used, the
 * {@code ArchivePolicy} of {@code im.restante.archive} says. If a store keeps both messages and archives, the archive is also its
 * {@link MessageStore#archive()}, and a message with its copy is one commit there
 * ({@link MessageStore#append(StoredMessage, ArchivedMessage, Admission, Fence, Claim)}).
 *
 * <p>Implementations are safe for concurrent use, and no method blocks on the disk or the network. Stages complete, fail and are fenced
 * as those of a {@link MessageStore} do. Every implementation passes {@code ArchiveContract}.
 */
@ConsumerType
public interface MessageArchive {
    /**
     * Keeps messages, in one step. Those whose id is known for their owner change nothing, so repeating a call is harmless, except
     * after a message was removed: then it is kept anew.
     *
     * @param messages of owners of one partition
     * @param fence    of those owners
     * @return completes when a crash afterwards would lose nothing; exceptionally if that is not certain
     */
    CompletionStage<Void> add(List<ArchivedMessage> messages, Fence fence);

    /**
     * The first messages that match, oldest first. At most {@code rows} messages and {@code bytes} of stanzas, but at least one message
     * if there is any. Whoever wants to know whether more match asks for one more than he needs. A row that cannot be read is set
     * aside and reported in the log; it never hides the others.
     */
    CompletionStage<List<ArchivedMessage>> first(Jid owner, ArchiveQuery query, int rows, long bytes);

    /** As {@link #first}, with the last messages that match; they, too, are listed oldest first. */
    CompletionStage<List<ArchivedMessage>> last(Jid owner, ArchiveQuery query, int rows, long bytes);

    /** Those that are there of these ids, oldest first; rows that cannot be read are left out as above. */
    CompletionStage<List<ArchivedMessage>> messages(Jid owner, Collection<Long> ids);

    /** How many messages match, how many bytes their stanzas have, and when the oldest was received. */
    CompletionStage<Usage> usage(Jid owner, ArchiveQuery query);

    /**
     * Removes what matches, also what calls before this one add, in parts that let other changes go first. What waits for its owner goes on waiting: it is only the copy
     * that is removed. When it completes exceptionally, some may be gone.
     *
     * @param fence of {@code owner}
     * @return how many were removed; completes when a crash afterwards would bring none back
     */
    CompletionStage<Long> remove(Jid owner, ArchiveQuery query, Fence fence);

    /** Owners with at least one message, in the order of their text, behind {@code after} (null: from the first). */
    CompletionStage<List<Jid>> owners(@Nullable Jid after, int max);
}
