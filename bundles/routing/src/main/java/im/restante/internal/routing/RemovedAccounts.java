package im.restante.internal.routing;

import im.restante.account.AccountListener;
import im.restante.jid.Jid;
import im.restante.session.ClientConnection;
import im.restante.xml.StreamCondition;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Makes the removal of an account a barrier: nothing is taken for it from the moment it begins, its mail is removed from the stores
 * after that, and its sessions are out of everything before the removal is answered. Their connections end once they have the answers
 * to what they asked (XEP-0077 §3.2).
 *
 * <p>Ranked before those who remove what the account has. Needs nothing that needs the accounts, which need their listeners.
 */
@Component(property = "service.ranking:Integer=1000")
public final class RemovedAccounts implements AccountListener {
    private final Registry registry;

    @Activate
    public RemovedAccounts(@Reference Registry registry) {
        this.registry = registry;
    }

    @Override
    public CompletionStage<Void> removing(Jid account) {
        Jid owner = account.bare();
        return registry.removals().close(owner).thenCompose(nobodyInside -> registry.discard(owner));
    }

    @Override
    public void kept(Jid account) {
        registry.removals().open(account.bare(), false);
    }

    @Override
    public void removed(Jid account) {
        for (Session session : registry.of(account.bare())) {
            session.accountRemoved();
            ClientConnection link = session.link();
            Runnable end = () -> session.close(StreamCondition.NOT_AUTHORIZED, "The account was removed");
            if (session.isSuspended()) {
                end.run(); // it asked nothing that is still to be answered
            } else {
                link.afterPending(end);
            }
        }
        registry.removals().open(account.bare(), true);
    }
}
