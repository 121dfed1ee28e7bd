package im.restante.internal.http;

import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsListener;
import im.restante.config.SettingsTrial;
import im.restante.http.HttpEndpoint;
import im.restante.http.HttpResource;
import im.restante.internal.support.Announcement;
import im.restante.tls.Certificates;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the resources there are, and registers a {@link HttpEndpoint} for each listener while it is open. */
@Component(
        service = SettingsTrial.class,
        immediate = true,
        configurationPid = HttpSettings.PID,
        property = SettingsTrial.PID + "=" + HttpSettings.PID)
@Capability(
        namespace = "osgi.service",
        attribute = {"objectClass:List<String>=\"im.restante.http.HttpEndpoint\"", "uses:=\"im.restante.http\""})
public final class ConfiguredHttp implements SettingsTrial {
    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredHttp.class);

    private final HttpServers servers;
    private final Announcement<SettingsListener, String> announced;

    /** A listener that is open. */
    private record Endpoint(String host, int port, boolean isEncrypted) implements HttpEndpoint {}

    @Activate
    public ConfiguredHttp(BundleContext context, Map<String, Object> values, @Reference Certificates certificates) {
        servers = new HttpServers(HttpSettings.of(values), certificates, Bounds.USUAL, new Published(context));
        announced = new Announcement<>(
                "settings listener",
                () -> servers.settings().text(),
                (listener, text) -> listener.inForce("http", HttpSettings.PID, text));
    }

    @Reference(
            service = HttpResource.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindResource(ServiceReference<HttpResource> reference, HttpResource resource) {
        servers.resources().put(reference, resource);
    }

    void updatedResource(ServiceReference<HttpResource> reference, HttpResource resource) {
        servers.resources().put(reference, resource);
    }

    void unbindResource(ServiceReference<HttpResource> reference) {
        servers.resources().remove(reference);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindSettingsListener(SettingsListener listener) {
        announced.add(listener);
    }

    void unbindSettingsListener(SettingsListener listener) {
        announced.remove(listener);
    }

    @Activate
    void start() {
        servers.start();
    }

    @Modified
    void modified(Map<String, Object> values) {
        try {
            servers.reconfigure(HttpSettings.of(values));
            announced.changed();
        } catch (ConfigException e) {
            LOG.error("{}; the configuration before it stays in force", e.getMessage());
        }
    }

    @Deactivate
    void stop() {
        servers.stop();
    }

    @Override
    public SettingsDescriptor descriptor() {
        return HttpSettings.DESCRIPTOR;
    }

    @Override
    public List<String> judge(Map<String, ?> values) {
        HttpSettings.of(values);
        return List.of();
    }

    /** The endpoints as services. Called by one thread at a time. */
    private static final class Published implements HttpServers.Places {
        private final BundleContext context;
        private final Map<String, ServiceRegistration<HttpEndpoint>> registrations = new HashMap<>();

        Published(BundleContext context) {
            this.context = context;
        }

        @Override
        public void opened(String audience, InetSocketAddress address, boolean encrypted) {
            HttpEndpoint endpoint = new Endpoint(address.getAddress().getHostAddress(), address.getPort(), encrypted);
            registrations.put(
                    audience,
                    context.registerService(
                            HttpEndpoint.class, endpoint, new Hashtable<>(Map.of(HttpResource.AUDIENCE, audience))));
        }

        @Override
        public void closed(String audience) {
            ServiceRegistration<HttpEndpoint> registration = registrations.remove(audience);
            if (registration != null) {
                registration.unregister();
            }
        }
    }
}
