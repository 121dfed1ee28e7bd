package im.restante.account;

import im.restante.jid.Jid;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Users and their settings: text values under a node and a key. In SQL the tables are {@code tig_users}, {@code tig_nodes} and
 * {@code tig_pairs}, so that a program written for those reads them.
 *
 * <p>Implementations are safe for concurrent use and never block the caller; stages complete exceptionally with
 * {@link im.restante.store.StoreException}. What was written is read by whoever asks after the writing stage completed. Every
 * implementation passes {@code UserRepositoryContract}.
 */
@ConsumerType
public interface UserRepository {
    /** Service property naming the backend, e.g. {@code store.id=sqlite}. Required. */
    String ID = "store.id";

    /** The node that holds values belonging to the user itself. */
    String ROOT = "";

    /** Makes a user with its first values, in one step; false, and nothing changed, if it is there already. */
    CompletionStage<Boolean> create(Jid user, Collection<Setting> settings);

    CompletionStage<Boolean> exists(Jid user);

    /** Removes a user and all its values; false if there was none. What waits for it is the message store's. */
    CompletionStage<Boolean> remove(Jid user);

    /** Users in the order of their text, behind {@code after} (null: from the first). */
    CompletionStage<List<Jid>> users(Jid after, int max);

    /** Every node of a user that has values, {@link #ROOT} among them, in no order; empty if the user is not there. */
    CompletionStage<List<String>> nodes(Jid user);

    /** All values of one node by key; empty if the user or the node is not there. */
    CompletionStage<Map<String, String>> values(Jid user, String node);

    /** Writes and removes values, all or none, durably. False, and nothing changed, if there is no such user. */
    CompletionStage<Boolean> write(Jid user, Collection<Setting> settings);
}
