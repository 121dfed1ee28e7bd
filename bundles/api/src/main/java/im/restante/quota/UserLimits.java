package im.restante.quota;

import im.restante.jid.Jid;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Limits that users set for their own mail; kept among the user's settings (node {@link #NODE}, key {@link #KEY}). A limit counts
 * as {@code store-limit} does: 0 keeps none, negative is no limit. Owners are bare. Stages complete exceptionally with
 * {@link im.restante.store.StoreException}. Safe for concurrent use; never blocks.
 */
@ProviderType
public interface UserLimits {
    /** Where the value is kept in the user repository: a decimal number, or {@link #NO_LIMIT}. */
    String NODE = "offline-msgs";

    String KEY = "store-limit";

    /** What is kept, and written in the {@code msgoffline} protocol, for no limit. */
    String NO_LIMIT = "false";

    /** Whether users may have a limit of their own ({@code user-store-limit-enable}); if not, what they set has no effect. */
    boolean enabled();

    /** The limit in force for the next message to {@code owner}. */
    CompletionStage<Integer> limit(Jid owner);

    /**
     * Sets the owner's limit, durably.
     *
     * @param limit negative: none
     * @return the limit that is in force from here on, which a ceiling ({@code user-store-limit-max}) may have lowered; empty if
     *     there is no such account
     */
    CompletionStage<OptionalInt> set(Jid owner, int limit);

    /** Forgets the owner's limit, durably: the one for everybody applies. Answers as {@link #set}. */
    CompletionStage<OptionalInt> forget(Jid owner);
}
