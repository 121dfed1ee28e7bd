package im.restante.internal.session.roster;

import im.restante.account.AccountListener;
import im.restante.jid.Jid;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Component;

/**
 * Passes on that an account is gone. A component of its own, without references: the accounts need their listeners and the
 * roster side needs the accounts, so one that did both would wait for itself.
 */
@Component(service = {AccountListener.class, Removals.class})
public final class Removals implements AccountListener {
    private volatile Consumer<Jid> heir = account -> {};

    /** Who is told from now on, instead of who was before. */
    void passTo(Consumer<Jid> next) {
        heir = next;
    }

    @Override
    public void removed(Jid account) {
        heir.accept(account);
    }
}
