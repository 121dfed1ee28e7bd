package im.restante.internal.c2s;

import im.restante.account.AccountListener;
import im.restante.account.Accounts;
import im.restante.admin.Administrators;
import im.restante.config.ConfigException;
import im.restante.health.HealthCheck;
import im.restante.iq.FeatureProvider;
import im.restante.limit.Limits;
import im.restante.metric.MetricSource;
import im.restante.sasl.SaslMechanism;
import im.restante.server.ServerEndpoint;
import im.restante.server.ServerInfo;
import im.restante.session.SessionManager;
import im.restante.stream.StreamElementHandler;
import im.restante.tls.Certificates;
import im.restante.xml.XmlCodec;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets clients in, and registers {@link ServerEndpoint} while it does; also an {@link AccountListener}, by hand, for the accounts bind
 * their listeners and this component needs the accounts. A new configuration takes effect without dropping a
 * connection; a bad one is refused and logged.
 */
@Component(
        immediate = true,
        service = {},
        configurationPid = C2sConfig.PID)
@Capability(
        namespace = "osgi.service",
        attribute = {"objectClass:List<String>=\"im.restante.server.ServerEndpoint\"", "uses:=\"im.restante.server\""})
public final class ClientListener {
    private static final Logger LOG = LoggerFactory.getLogger(ClientListener.class);

    /** Routing ends the sessions there are; who is told before it lets nobody bind one afterwards. */
    private static final int BEFORE_SESSIONS_END = 2000;

    private final BundleContext context;
    private final Server server;
    private InetSocketAddress published;
    private ServiceRegistration<ServerEndpoint> endpoint;
    private ServiceRegistration<AccountListener> removals;
    private ServiceRegistration<?> report;

    @Activate
    public ClientListener(
            BundleContext context,
            Map<String, Object> values,
            @Reference SessionManager sessions,
            @Reference Accounts accounts,
            @Reference XmlCodec codec,
            @Reference Certificates certificates,
            @Reference ServerInfo info) {
        this.context = context;
        server = new Server(
                sessions, accounts, codec, info.domain(), certificates, new ConnectionThreads(), C2sConfig.of(values));
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindFeatures(FeatureProvider provider) {
        server.features().add(provider);
    }

    void unbindFeatures(FeatureProvider provider) {
        server.features().remove(provider);
    }

    @Reference(
            service = StreamElementHandler.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindElements(ServiceReference<StreamElementHandler> reference, StreamElementHandler handler) {
        server.elements().add(reference, handler);
    }

    void unbindElements(ServiceReference<StreamElementHandler> reference) {
        server.elements().remove(reference);
    }

    @Reference(
            service = SaslMechanism.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindMechanisms(ServiceReference<SaslMechanism> reference, SaslMechanism mechanism) {
        server.mechanisms().add(reference, mechanism);
    }

    void unbindMechanisms(ServiceReference<SaslMechanism> reference) {
        server.mechanisms().remove(reference);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setLimits(Limits limits) {
        server.limits(limits);
    }

    void unsetLimits(Limits limits) {
        if (server.guard().limits() == limits) { // a successor is bound before
            server.limits(null);
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setAdministrators(Administrators administrators) {
        server.administrators(administrators);
    }

    void unsetAdministrators(Administrators administrators) {
        if (server.administrators() == administrators) { // a successor is bound before
            server.administrators(null);
        }
    }

    @Activate
    void start() {
        server.start();
        removals = context.registerService(
                AccountListener.class,
                account -> server.accountRemoved(account.bare()),
                new Hashtable<>(Map.of(Constants.SERVICE_RANKING, BEFORE_SESSIONS_END)));
        report = context.registerService(
                new String[] {MetricSource.class.getName(), HealthCheck.class.getName()},
                new DoorReport(server, Clock.systemUTC()),
                new Hashtable<>(Map.of(HealthCheck.NAME, "logins")));
        publish();
    }

    @Modified
    void modified(Map<String, Object> values) {
        try {
            server.reconfigure(C2sConfig.of(values));
        } catch (ConfigException e) {
            LOG.error("{}; the configuration before it stays in force", e.getMessage());
        }
        if (!server.address().equals(published)) {
            endpoint.unregister();
            publish();
        }
    }

    @Deactivate
    void stop() {
        endpoint.unregister();
        report.unregister();
        removals.unregister();
        server.stop();
    }

    private void publish() {
        published = server.address();
        InetSocketAddress address = published;
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(ServerEndpoint.HOST, address.getHostString());
        properties.put(ServerEndpoint.PORT, address.getPort());
        endpoint = context.registerService(ServerEndpoint.class, () -> address, properties);
    }
}
