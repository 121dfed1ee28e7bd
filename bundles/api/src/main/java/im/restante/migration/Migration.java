package im.restante.migration;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Moves what one store holds to another, one move at a time. A move that broke off, even by the end of the process, is finished by
 * starting it again. Safe for concurrent use; does not block.
 */
@ProviderType
public interface Migration {
    /** Service property: what is moved, {@link #MESSAGES} or {@link #USERS}. */
    String WHAT = "migration.what";

    /** What waits, from one {@link im.restante.store.MessageStore} to another. It leaves the first. */
    String MESSAGES = "messages";

    /** Accounts with all that is set for them, from one {@link im.restante.account.UserRepository} to another. They stay in the first. */
    String USERS = "users";

    /**
     * Starts a move.
     *
     * @param from {@code store.id} of a store that is present
     * @param to   {@code store.id} of another one
     * @throws IllegalArgumentException if there is no such store, or both are the same one; the text names it
     * @throws IllegalStateException    if a move is under way
     */
    Job start(String from, String to);

    /** The move that was started last since the server started. */
    Optional<Job> latest();
}
