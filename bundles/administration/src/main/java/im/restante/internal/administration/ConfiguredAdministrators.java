package im.restante.internal.administration;

import im.restante.admin.Administrators;
import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsListener;
import im.restante.config.SettingsTrial;
import im.restante.internal.support.Announcement;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accounts that configuration names. While the server's domain is not known, nobody. The configuration is among the service's
 * properties, so a change of it modifies the service; when the domain becomes known, or is gone, the service is registered anew, so that
 * whoever uses it hears of that change, too.
 */
@Component(
        service = {Administrators.class, SettingsTrial.class},
        immediate = true,
        configurationPid = AdministrationSettings.PID,
        property = SettingsTrial.PID + "=" + AdministrationSettings.PID)
public final class ConfiguredAdministrators implements Administrators, SettingsTrial {
    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredAdministrators.class);

    private volatile AdministrationSettings settings;
    private volatile ServerInfo server; // null: its domain is not known

    private final Announcement<SettingsListener, String> announced = new Announcement<>(
            "settings listener",
            () -> settings().toString(),
            (listener, values) -> listener.inForce("administration", AdministrationSettings.PID, values));

    @Activate
    public ConfiguredAdministrators(Map<String, Object> values) {
        settings = AdministrationSettings.of(values);
    }

    @Modified
    void modified(Map<String, Object> values) {
        try {
            settings = AdministrationSettings.of(values);
        } catch (ConfigException e) {
            LOG.error("{}; stays in force: {}", e.getMessage(), settings);
            return;
        }
        warnOfStrangers(server);
        announced.changed();
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policyOption = ReferencePolicyOption.GREEDY) // static: see above
    void bindServer(ServerInfo present) {
        server = present;
        warnOfStrangers(present);
    }

    void unbindServer(ServerInfo gone) {
        if (server == gone) { // else its successor is bound already
            server = null;
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSettingsListener(SettingsListener listener) {
        announced.add(listener);
    }

    void removeSettingsListener(SettingsListener listener) {
        announced.remove(listener);
    }

    private AdministrationSettings settings() {
        return settings;
    }

    private void warnOfStrangers(ServerInfo present) {
        if (present != null) {
            strangers(settings, present.domain()).forEach(line -> LOG.warn("{}: {}", AdministrationSettings.PID, line));
        }
    }

    private static List<String> strangers(AdministrationSettings settings, Jid served) {
        return settings.addresses().stream()
                .filter(address -> !address.domain().equals(served.domain()))
                .sorted()
                .map(address -> "admins: " + address + " administers nothing: this server has the domain " + served)
                .toList();
    }

    @Override
    public boolean isAdministrator(Jid address) {
        ServerInfo present = server;
        return present != null && settings.has(address, present.domain());
    }

    @Override
    public SettingsDescriptor descriptor() {
        return AdministrationSettings.DESCRIPTOR;
    }

    @Override
    public List<String> judge(Map<String, ?> values) {
        AdministrationSettings judged = AdministrationSettings.of(values);
        ServerInfo present = server;
        return present == null ? List.of() : strangers(judged, present.domain());
    }
}
