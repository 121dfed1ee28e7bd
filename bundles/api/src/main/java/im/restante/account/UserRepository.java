package im.restante.account;

import im.restante.jid.Jid;
import im.restante.store.Fence;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Users and their settings: text values under a node and a key. In SQL the tables are {@code tig_users}, {@code tig_nodes} and
 * {@code tig_pairs}, so that a program written for those reads them.
 *
 * <p>Implementations are safe for concurrent use and never block the caller; stages complete exceptionally with
 * {@link im.restante.store.StoreException}. What was written is read by whoever asks after the writing stage completed. Every
 * implementation passes {@code UserRepositoryContract}.
 *
 * <p>Every change carries the {@link Fence} of its user. If another epoch is in force than the one it names, nothing is changed, and the
 * stage completes with a {@link im.restante.store.StoreException} that says so.
 */
@ConsumerType
public interface UserRepository {
    /** Service property naming the backend, e.g. {@code store.id=sqlite}. Required. */
    String ID = "store.id";

    /** The node that holds values belonging to the user itself. */
    String ROOT = "";

    /** Makes a user with its first values, in one step; false, and nothing changed, if it is there already. */
    CompletionStage<Boolean> create(Jid user, Collection<Setting> settings, Fence fence);

    CompletionStage<Boolean> exists(Jid user);

    /** As {@link #remove(Jid, List, Fence)}, of a user whose removal owes nobody anything. */
    default CompletionStage<Boolean> remove(Jid user, Fence fence) {
        return remove(user, List.of(), fence);
    }

    /**
     * Removes a user and all its values, and notes what others are owed because of it, all in one step; false, and nothing changed, if
     * there was none. What its own partition owes it is decided with it: {@link #takeNote} does nothing of that for whoever is given
     * the name next. What waits for it is the message store's.
     *
     * @param owed for other users, in the order in which they are to be carried out
     */
    CompletionStage<Boolean> remove(Jid user, List<Note> owed, Fence fence);

    /** Users in the order of their text, behind {@code after} (null: from the first). */
    CompletionStage<List<Jid>> users(@Nullable Jid after, int max);

    /** Every node of a user that has values, {@link #ROOT} among them, in no order; empty if the user is not there. */
    CompletionStage<List<String>> nodes(Jid user);

    /** All values of one node by key; empty if the user or the node is not there. */
    CompletionStage<Map<String, String>> values(Jid user, String node);

    /** As {@link #write(Jid, Collection, List, Fence)}, of a change that owes nobody anything. */
    default CompletionStage<Boolean> write(Jid user, Collection<Setting> settings, Fence fence) {
        return write(user, settings, List.of(), fence);
    }

    /**
     * Writes and removes values of a user, and notes what others are owed because of it, all or nothing, durably. False, and nothing
     * changed, if there is no such user.
     *
     * <p>A note changes nothing for the user it is for. Somebody carries it out later, by {@link #owedNotes}, {@link #takeNote} and
     * {@link #forgetNotes}. So a change touches one user only, and what it asks of the other is done exactly once, wherever a crash falls.
     *
     * @param owed for other users, in the order in which they are to be carried out
     */
    CompletionStage<Boolean> write(Jid user, Collection<Setting> settings, List<Note> owed, Fence fence);

    /**
     * What the users of one partition owe others, in the order of the numbers, those above {@code afterNumber}; never removes. What one
     * commit has noted is seen not before what earlier ones have. At most {@code rows} notes and {@code bytes} of their texts, but at
     * least one note if there is any. A row that cannot be read is set aside and reported in the log; it never hides the others.
     */
    CompletionStage<List<OwedNote>> owedNotes(int part, long afterNumber, int rows, long bytes);

    /**
     * Carries out one note: writes values of the user it is for, notes what that owes others in turn, and notes the number as decided,
     * all in one step. False, and nothing changed, if there is no such user, or if this number or a larger one of the same partition was
     * decided for that user before: repeating a call is harmless. So what is for one user must be carried out in the order of the
     * numbers; who passes a later one has decided that the earlier ones are not carried out.
     *
     * @param from   the partition that owes it
     * @param number its number there
     * @param user   for whom it is
     * @param fence  of {@code user}
     */
    CompletionStage<Boolean> takeNote(
            int from, long number, Jid user, Collection<Setting> settings, List<Note> owed, Fence fence);

    /**
     * Forgets notes, once they are carried out or there is nothing to be done. Unknown numbers are ignored, so repeating a call is
     * harmless.
     *
     * @param fence of the partition that owed them
     */
    CompletionStage<Void> forgetNotes(Collection<Long> numbers, Fence fence);
}
