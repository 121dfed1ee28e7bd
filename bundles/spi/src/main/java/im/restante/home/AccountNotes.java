package im.restante.home;

import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.account.Setting;
import im.restante.jid.Jid;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What changes of accounts owe other accounts, in the user repository that is chosen for the accounts. The bundle that writes the notes
 * carries them out, too; what a removal owes is asked of the listeners of accounts.
 *
 * <p>Safe for concurrent use; never blocks. Stages complete exceptionally with {@link im.restante.store.StoreException}.
 */
@ProviderType
public interface AccountNotes {
    /** As {@link im.restante.account.Accounts#write}, and notes in the same commit what others are owed because of it. */
    CompletionStage<Boolean> write(Jid account, Collection<Setting> settings, List<Note> owed);

    /**
     * The notes of the repository that is in use now. Ask anew for each pass over them: once another repository is in use, every call
     * fails and changes nothing, for numbers mean something in their own repository only.
     */
    Kept kept();

    /** The notes of one repository. See {@link im.restante.account.UserRepository} for what the calls do. */
    @ProviderType
    interface Kept {
        /** What the accounts of one partition owe others. */
        CompletionStage<List<OwedNote>> owed(int part, long afterNumber, int rows, long bytes);

        /** Carries out one note for the account it is for; false if it was carried out before, or there is no such account. */
        CompletionStage<Boolean> take(int part, OwedNote owed, Collection<Setting> settings, List<Note> owedInTurn);

        /** Forgets notes of a partition that is held here. */
        CompletionStage<Void> forget(int part, Collection<Long> numbers);
    }
}
