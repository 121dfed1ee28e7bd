package im.restante.internal.administration;

import im.restante.store.MessageStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The message stores that are there, in the order in which they are preferred. */
@Component(service = PresentStores.class)
public final class PresentStores {
    /**
     * A store that is there.
     *
     * @param id      its {@code store.id}
     * @param ranking {@code service.ranking}
     */
    record Named(String id, int ranking, MessageStore store) {}

    private final Map<ServiceReference<MessageStore>, MessageStore> bound = new HashMap<>(); // guarded by this
    private volatile List<Named> inOrder = List.of();

    @Activate
    public PresentStores() {}

    /** For tests: these, whatever comes. */
    PresentStores(List<Named> fixed) {
        inOrder = fixed;
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            target = "(" + MessageStore.ID + "=*)",
            updated = "updatedStore")
    synchronized void bindStore(ServiceReference<MessageStore> reference, MessageStore store) {
        bound.put(reference, store);
        reorder();
    }

    synchronized void updatedStore(ServiceReference<MessageStore> reference) {
        reorder();
    }

    synchronized void unbindStore(ServiceReference<MessageStore> reference) {
        bound.remove(reference);
        reorder();
    }

    private void reorder() {
        inOrder = bound.entrySet().stream()
                .sorted(Map.Entry.<ServiceReference<MessageStore>, MessageStore>comparingByKey()
                        .reversed())
                .map(entry -> named(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Named named(ServiceReference<MessageStore> reference, MessageStore store) {
        return new Named(
                String.valueOf(reference.getProperty(MessageStore.ID)),
                reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0,
                store);
    }

    /** The preferred one first. */
    List<Named> inOrder() {
        return inOrder;
    }
}
