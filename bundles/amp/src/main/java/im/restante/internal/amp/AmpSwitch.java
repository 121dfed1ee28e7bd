package im.restante.internal.amp;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
import java.util.Map;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the rules of messages mean something, or nothing. */
@Component(
        service = {},
        immediate = true,
        configurationPid = AmpSwitch.PID)
@Designate(ocd = AmpSwitch.Config.class)
public final class AmpSwitch {
    static final String PID = "im.restante.amp";
    private static final Logger LOG = LoggerFactory.getLogger(AmpSwitch.class);

    @ObjectClassDefinition(name = "Restante AMP", description = "Rules that messages carry (XEP-0079)")
    @interface Config {
        @AttributeDefinition(description = "Follow them; if not, they are passed on and mean nothing")
        boolean enabled() default true;
    }

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
        return Settings.of(PID, values).flag("enabled", true);
    }

    private void set(boolean enabled) {
        if (enabled) {
            context.enableComponent(AmpRules.NAME);
        } else {
            context.disableComponent(AmpRules.NAME);
        }
    }
}
