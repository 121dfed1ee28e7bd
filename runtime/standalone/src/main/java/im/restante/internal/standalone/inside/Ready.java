package im.restante.internal.standalone.inside;

import im.restante.account.UserRepository;
import im.restante.delivery.ChosenStore;
import im.restante.offline.OfflineSettings;
import im.restante.server.ServerEndpoint;
import im.restante.server.ServerInfo;
import im.restante.store.MessageStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Present as soon as clients can connect, log in, and have their messages kept; says so in the line the launcher prints. */
@Component(service = Supplier.class, property = "restante.task=ready", configurationPid = Ready.OFFLINE)
public final class Ready implements Supplier<String> {
    /** Where {@code store} says which store takes new messages. */
    static final String OFFLINE = "im.restante.offline";

    /** Longer than a store that has never answered is waited for, unless an operator has set that so. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration GLANCE = Duration.ofMillis(20);

    private final String line;
    private final String wanted;
    private final List<String> present;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile ChosenStore chosen;

    @Activate
    public Ready(
            @Reference ServerInfo server,
            @Reference(service = ServerEndpoint.class) Map<String, Object> endpoint,
            @Reference(service = MessageStore.class, cardinality = ReferenceCardinality.AT_LEAST_ONE)
                    List<Map<String, Object>> stores,
            @Reference(service = UserRepository.class) Map<String, Object> users,
            Map<String, Object> offline) {
        line = "restante ready: " + server.domain() + ":" + endpoint.get(ServerEndpoint.PORT) + " store=";
        wanted = OfflineSettings.store(offline);
        present = stores.stream()
                .map(store -> String.valueOf(store.get(MessageStore.ID)))
                .toList();
    }

    /** Waits a moment for the delivery to know which of the stores work. */
    @Override
    public String get() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean mayCome = wanted.isEmpty() || present.contains(wanted);
        ChosenStore store = chosen;
        while (store == null && mayCome && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(GLANCE.toNanos());
            store = chosen;
        }
        return line + (store == null ? "none" : store.id());
    }
}
