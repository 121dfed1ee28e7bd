package im.restante.internal.amp;

import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsTrial;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the rules of messages mean something, or nothing. */
@Component(
        service = SettingsTrial.class,
        immediate = true,
        configurationPid = AmpSwitch.PID,
        property = SettingsTrial.PID + "=" + AmpSwitch.PID)
public final class AmpSwitch implements SettingsTrial {
    static final String PID = "im.restante.amp";

    private static final String ENABLED = "enabled";

    private static final SettingsDescriptor DESCRIPTOR = SettingsDescriptor.of(
                    PID, "Restante: AMP", "Rules that messages carry (XEP-0079).")
            .flag(ENABLED, true, "Whether they are followed; if not, they are passed on and mean nothing.")
            .build();

    private static final Logger LOG = LoggerFactory.getLogger(AmpSwitch.class);

    private final ComponentContext context;

    @Activate
    public AmpSwitch(ComponentContext context, Map<String, Object> values) {
        this.context = context;
        set(enabled(values));
    }

    @Modified
    void modified(Map<String, Object> values) {
        try {
            set(enabled(values));
        } catch (ConfigException e) {
            LOG.error("{}; it stays as it was", e.getMessage());
        }
    }

    private static boolean enabled(Map<String, ?> values) {
        return DESCRIPTOR.read(values).flag(ENABLED);
    }

    @Override
    public SettingsDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<String> judge(Map<String, ?> values) {
        enabled(values);
        return List.of();
    }

    private void set(boolean enabled) {
        if (enabled) {
            context.enableComponent(AmpRules.NAME);
        } else {
            context.disableComponent(AmpRules.NAME);
        }
    }
}
