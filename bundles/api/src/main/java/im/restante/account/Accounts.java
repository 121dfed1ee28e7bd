package im.restante.account;

import im.restante.jid.Jid;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The accounts of this server: who exists, who may log in, and what is set for them. Reads are cached. Stages complete
 * exceptionally with {@link im.restante.store.StoreException}, also when no {@link UserRepository} is present. Addresses are
 * taken as bare whatever they carry. Safe for concurrent use.
 */
@ProviderType
public interface Accounts {
    /** Whether the account exists. Completed already when the answer is cached, which it is for everybody who is online. */
    CompletionStage<Boolean> exists(Jid account);

    /**
     * What SCRAM needs. For a user that does not exist this answers, after the same work, credentials no password fits, with a
     * salt that is always the same for that name, so that nobody can tell the difference (RFC 5802 §9 and harvesting, RFC 6120
     * §13.11).
     */
    CompletionStage<ScramCredentials> credentials(Jid account, ScramHash hash);

    /**
     * As {@link #credentials(Jid, ScramHash)}, for a client of that address: the addresses that ask for something take turns, so that
     * many questions from one keep nobody else waiting.
     */
    default CompletionStage<ScramCredentials> credentials(Jid account, ScramHash hash, InetAddress client) {
        return credentials(account, hash);
    }

    /**
     * Whether the password is the account's, as it was set or as SASLprep (RFC 4013) changes it; takes the same time for an unknown
     * user.
     */
    CompletionStage<Boolean> verify(Jid account, String password);

    /** As {@link #verify(Jid, String)}, in the turn of a client's address. */
    default CompletionStage<Boolean> verify(Jid account, String password, InetAddress client) {
        return verify(account, password);
    }

    /**
     * Makes an account; false if it exists.
     *
     * @throws IllegalArgumentException if the password is empty, too long, or has characters that RFC 8265 (OpaqueString) forbids; those
     *     that SASLprep maps to nothing (RFC 4013 §2.1), such as a soft hyphen, are allowed
     */
    CompletionStage<Boolean> create(Jid account, String password);

    /** As {@link #create(Jid, String)}, in the turn of a client's address. */
    default CompletionStage<Boolean> create(Jid account, String password, InetAddress client) {
        return create(account, password);
    }

    /** Makes an account of what another server kept of it, all in one step: credentials (RFC 5803), roster; false if it exists. */
    CompletionStage<Boolean> restore(Jid account, Collection<Setting> settings);

    /** Changes a password; false if there is no such account. Throws as {@link #create}. */
    CompletionStage<Boolean> changePassword(Jid account, String password);

    /**
     * Removes an account with its settings; false if there is none. Completes after the {@link AccountListener}s were told: by then its
     * sessions send and get nothing any more, and what waited for it is gone.
     */
    CompletionStage<Boolean> remove(Jid account);

    /** Accounts in the order of their text, behind {@code after} (null: from the first). */
    CompletionStage<List<Jid>> list(@Nullable Jid after, int max);

    /** One value of an account. */
    CompletionStage<Optional<String>> setting(Jid account, String node, String key);

    /** All values of one node, by key. */
    CompletionStage<Map<String, String>> settings(Jid account, String node);

    /** Writes values, all or none, durably; false if there is no such account. */
    CompletionStage<Boolean> write(Jid account, Collection<Setting> settings);

    /** Whether anybody may make an account over the wire ({@code registration}, XEP-0077). */
    boolean registrationOpen();
}
