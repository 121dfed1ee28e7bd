package im.restante.internal.roster;

import im.restante.account.AccountListener;
import im.restante.account.Note;
import im.restante.jid.Jid;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Component;

/**
 * Asks the roster service what the removal of an account owes others, and tells it what the accounts say. A component of its own, without references: the accounts bind their
 * listeners and the roster service needs the accounts, so a component that did both would wait for itself.
 */
@Component(service = {AccountListener.class, RemovedAccountRelay.class})
public final class RemovedAccountRelay implements AccountListener {
    private static final AccountListener NOBODY = account -> {};

    private volatile AccountListener listener = NOBODY;

    /** Who is asked and told from now on, instead of who was before. */
    void passTo(AccountListener next) {
        listener = next;
    }

    /** Nobody is, if it was {@code last}. */
    void stop(AccountListener last) {
        if (listener == last) {
            listener = NOBODY;
        }
    }

    @Override
    public CompletionStage<List<Note>> owes(Jid account) {
        return listener.owes(account);
    }

    @Override
    public void kept(Jid account) {
        listener.kept(account);
    }

    @Override
    public void removed(Jid account) {
        listener.removed(account);
    }

    @Override
    public void repositoryChosen() {
        listener.repositoryChosen();
    }
}
