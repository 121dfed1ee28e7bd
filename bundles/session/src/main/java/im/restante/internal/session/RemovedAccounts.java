package im.restante.internal.session;

import im.restante.account.AccountListener;
import im.restante.jid.Jid;
import im.restante.session.ClientLink;
import im.restante.xml.StreamCondition;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Ends the sessions of an account that was removed, once they have the answers to what they asked (XEP-0077 §3.2). */
@Component
public final class RemovedAccounts implements AccountListener {
    private final Registry registry;

    @Activate
    public RemovedAccounts(@Reference Registry registry) {
        this.registry = registry;
    }

    @Override
    public void removed(Jid account) {
        for (Session session : registry.of(account.bare())) {
            session.accountRemoved();
            ClientLink link = session.link();
            Runnable end = () -> session.close(StreamCondition.NOT_AUTHORIZED, "The account was removed");
            if (session.isSuspended()) {
                end.run(); // it asked nothing that is still to be answered
            } else {
                link.afterPending(end);
            }
        }
    }
}
