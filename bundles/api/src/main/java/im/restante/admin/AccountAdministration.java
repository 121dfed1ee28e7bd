package im.restante.admin;

import im.restante.jid.Jid;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/** Accounts, their passwords and limits. Accounts are bare addresses. See the package for threads, failures and rights. */
@ProviderType
public interface AccountAdministration {
    /** Most accounts of one page. */
    int MOST_ACCOUNTS = 1_000;

    /**
     * Accounts in the order of their text.
     *
     * @param prefix how their names (what stands before {@code @}) begin, prepared like a name; null or empty: all
     * @param after  only those behind this account, which need not exist; null: from the first. The last of a page asks for the next
     * @param max    1 to {@link #MOST_ACCOUNTS}
     * @return at most so many; fewer only at the end. With {@code INVALID} for a number out of bounds or a prefix that no name can have
     */
    CompletionStage<List<Jid>> accounts(@Nullable String prefix, @Nullable Jid after, int max);

    /** Whether there is such an account. */
    CompletionStage<Boolean> exists(Jid account);

    /**
     * Whether an account could be made, before anybody is asked for a password.
     *
     * @return completes if it could; else as {@link #add}
     */
    CompletionStage<Void> mayAdd(Jid account);

    /**
     * Makes an account.
     *
     * @return completes when it can be logged in to; with {@code CONFLICT} if it is there, {@code INVALID} for an address that is no
     *     account of this server or a password that cannot be one
     */
    CompletionStage<Void> add(Jid account, String password);

    /**
     * Sets a password, the first one too if the account was imported without. Sessions stay.
     *
     * @return with {@code NOT_FOUND} if there is no such account, {@code INVALID} for a password that cannot be one
     */
    CompletionStage<Void> setPassword(Jid account, String password);

    /**
     * Removes an account with all that belongs to it: settings, roster, block list, what waits for it. Its sessions end.
     *
     * @return completes when nothing of it is accepted any more and its mail is gone; with {@code NOT_FOUND} if there is no such account
     */
    CompletionStage<Void> remove(Jid account);

    /** The limit of an account; with {@code NOT_FOUND} if there is no such account. */
    CompletionStage<AccountLimit> limit(Jid account);

    /**
     * Sets the own limit of an account, durably; it holds for the next message, and what waits stays.
     *
     * @param messages of one sender; 0 keeps none, negative is no limit
     * @return the limit from here on; with {@code NOT_FOUND} if there is no such account, {@code NOT_ALLOWED} while limits of accounts are
     *     switched off
     */
    CompletionStage<AccountLimit> setLimit(Jid account, int messages);

    /** Forgets the own limit: the one for everybody applies. Answers as {@link #setLimit}. */
    CompletionStage<AccountLimit> forgetLimit(Jid account);
}
