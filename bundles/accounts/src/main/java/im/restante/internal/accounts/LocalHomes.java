package im.restante.internal.accounts;

import im.restante.home.Homes;
import im.restante.jid.Jid;
import im.restante.store.Fence;
import org.osgi.service.component.annotations.Component;

/** The homes of a server that is alone: every owner is at home here, at the epoch that the start of its store took. */
@Component
public final class LocalHomes implements Homes {
    @Override
    public Fence fence(Jid owner) {
        return Fence.HERE;
    }
}
