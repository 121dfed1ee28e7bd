package im.restante.internal.routing;

import im.restante.internal.support.Listeners;
import im.restante.jid.Jid;
import im.restante.server.SessionListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Tells listeners of sessions. A component of its own, which nobody refers to, so that a listener may need routing: with both in one
 * component neither could start.
 */
@Component(
        immediate = true,
        service = {})
public final class SessionAnnouncements {
    private final Registry registry;
    private final Listeners<SessionListener> listeners = new Listeners<>("session listener", System::nanoTime);

    @Activate
    public SessionAnnouncements(@Reference Registry registry) {
        this.registry = registry;
        registry.onOpened(this::opened);
    }

    @Deactivate
    void deactivate() {
        registry.onOpened(session -> {});
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSessionListener(SessionListener listener) {
        listeners.add(listener);
    }

    void removeSessionListener(SessionListener listener) {
        listeners.remove(listener);
    }

    private void opened(Jid session) {
        if (!listeners.isEmpty()) {
            listeners.tell(one -> one.opened(session));
        }
    }
}
