package im.restante.internal.standalone.inside;

import im.restante.account.UserRepository;
import im.restante.config.Settings;
import im.restante.server.ServerEndpoint;
import im.restante.server.ServerInfo;
import im.restante.store.MessageStore;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;

/** Present as soon as clients can connect, log in, and have their messages kept; says so in the line the launcher prints. */
@Component(service = Supplier.class, property = "restante.task=ready", configurationPid = Ready.OFFLINE)
public final class Ready implements Supplier<String> {
    /** Where {@code store} says which store takes new messages. */
    static final String OFFLINE = "im.restante.offline";

    private final String line;

    @Activate
    public Ready(
            @Reference ServerInfo server,
            @Reference(service = ServerEndpoint.class) Map<String, Object> endpoint,
            @Reference(service = MessageStore.class, cardinality = ReferenceCardinality.AT_LEAST_ONE)
                    List<Map<String, Object>> stores,
            @Reference(service = UserRepository.class) Map<String, Object> users,
            Map<String, Object> offline) {
        line = "restante ready: " + server.domain() + ":" + endpoint.get(ServerEndpoint.PORT) + " store="
                + chosen(stores, Settings.of(OFFLINE, offline).text("store", ""));
    }

    /** @param stores lowest ranking first */
    private static String chosen(List<Map<String, Object>> stores, String wanted) {
        String chosen = "none";
        for (Map<String, Object> store : stores) {
            String id = String.valueOf(store.get(MessageStore.ID));
            if (wanted.isEmpty() || wanted.equals(id)) {
                chosen = id;
            }
        }
        return chosen;
    }

    @Override
    public String get() {
        return line;
    }
}
