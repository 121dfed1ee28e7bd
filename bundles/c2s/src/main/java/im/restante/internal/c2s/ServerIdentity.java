package im.restante.internal.c2s;

import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsTrial;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes {@link ServerInfo}. Apart from the listener, so that what the listener needs may need the domain. The service is
 * registered by hand: another domain must be another service, while a bad one must not take the good one away.
 */
@Component(
        immediate = true,
        service = SettingsTrial.class,
        configurationPid = C2sConfig.PID,
        property = SettingsTrial.PID + "=" + C2sConfig.PID)
@Capability(
        namespace = "osgi.service",
        attribute = {"objectClass:List<String>=\"im.restante.server.ServerInfo\"", "uses:=\"im.restante.server\""})
public final class ServerIdentity implements SettingsTrial {
    private static final Logger LOG = LoggerFactory.getLogger(ServerIdentity.class);

    private final BundleContext context;
    private ServiceRegistration<ServerInfo> registration;
    private Jid domain;
    private volatile int maxStanzaBytes;

    @Activate
    public ServerIdentity(BundleContext context, Map<String, Object> values) {
        this.context = context;
        C2sConfig config = C2sConfig.identity(values); // a server whose port is wrong has a domain all the same
        maxStanzaBytes = config.limits().stanzaBytes();
        publish(config.domain());
    }

    @Modified
    void modified(Map<String, Object> values) {
        try {
            C2sConfig config = C2sConfig.of(values);
            Jid wanted = config.domain();
            maxStanzaBytes = config.limits().stanzaBytes();
            if (!wanted.equals(domain)) {
                LOG.info("the domain changes from {} to {}: all connections end", domain, wanted);
                registration.unregister();
                publish(wanted);
            }
        } catch (ConfigException e) {
            refused(values, e);
        }
    }

    /** A value that is the listener's alone is said by the listener. */
    private void refused(Map<String, Object> values, ConfigException why) {
        try {
            C2sConfig.identity(values);
            LOG.debug("{}; the listener has said so", why.getMessage());
        } catch (ConfigException e) {
            LOG.error("{}; {} is still served", e.getMessage(), domain);
        }
    }

    @Override
    public SettingsDescriptor descriptor() {
        return C2sConfig.DESCRIPTOR;
    }

    @Override
    public List<String> judge(Map<String, ?> values) {
        C2sConfig.of(values);
        return List.of();
    }

    @Deactivate
    void stop() {
        registration.unregister();
    }

    private void publish(Jid served) {
        domain = served;
        registration = context.registerService(
                ServerInfo.class,
                new Info(served, version(context.getBundle().getVersion()), Instant.now(), () -> maxStanzaBytes),
                null);
    }

    /** As people write it: without the qualifier, which tells when a snapshot was built. */
    private static String version(Version version) {
        return version.getMajor() + "." + version.getMinor() + '.' + version.getMicro();
    }

    private record Info(Jid domain, String version, Instant startedAt, IntSupplier stanzaBytes) implements ServerInfo {
        @Override
        public String name() {
            return "Restante";
        }

        @Override
        public int maxStanzaBytes() {
            return stanzaBytes.getAsInt();
        }
    }
}
