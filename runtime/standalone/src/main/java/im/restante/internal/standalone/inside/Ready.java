package im.restante.internal.standalone.inside;

import im.restante.account.UserRepository;
import im.restante.server.ServerEndpoint;
import im.restante.server.ServerInfo;
import im.restante.store.MessageStore;
import java.util.Map;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Present as soon as clients can connect, log in, and have their messages kept; says so in the line the launcher prints. */
@Component(service = Supplier.class, property = "restante.task=ready")
public final class Ready implements Supplier<String> {
    private final String line;

    @Activate
    public Ready(
            @Reference ServerInfo server,
            @Reference(service = ServerEndpoint.class) Map<String, Object> endpoint,
            @Reference(service = MessageStore.class) Map<String, Object> store,
            @Reference(service = UserRepository.class) Map<String, Object> users) {
        line = "restante ready: " + server.domain() + ":" + endpoint.get(ServerEndpoint.PORT) + " store="
                + store.get(MessageStore.ID);
    }

    @Override
    public String get() {
        return line;
    }
}
