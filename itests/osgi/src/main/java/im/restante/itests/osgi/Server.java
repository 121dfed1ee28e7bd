package im.restante.itests.osgi;

import im.restante.account.Accounts;
import im.restante.itests.client.Container;
import im.restante.itests.client.PlainClient;
import im.restante.jid.Jid;
import im.restante.server.ServerEndpoint;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The server these tests run in, as they see it: services, configuration, and the port it listens on. */
final class Server implements Container {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final BundleContext context;

    Server(BundleContext context) {
        this.context = context;
    }

    @Override
    public <T> T service(Class<T> type) throws Exception {
        return Container.service(context, type, PATIENCE);
    }

    /** Where clients connect; waited for. */
    int port() throws Exception {
        AtomicReference<ServiceReference<ServerEndpoint>> endpoint = new AtomicReference<>();
        until("the server accepts connections", () -> {
            endpoint.set(context.getServiceReference(ServerEndpoint.class));
            return endpoint.get() != null;
        });
        return (Integer) endpoint.get().getProperty(ServerEndpoint.PORT);
    }

    /** Makes the account if it is not there. */
    void account(String name) throws Exception {
        service(Accounts.class)
                .create(Jid.of(name + "@" + DOMAIN), PASSWORD)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public PlainClient login(String name) throws Exception {
        return PlainClient.login(port(), DOMAIN, name, PASSWORD);
    }

    @Override
    public void configure(String pid, Map<String, String> values) throws Exception {
        Configuration configuration = service(ConfigurationAdmin.class).getConfiguration(pid, "?");
        configuration.update(Container.patient(pid, values));
    }

    static void until(String what, Callable<Boolean> condition) throws Exception {
        Container.until(what, PATIENCE, condition);
    }
}
