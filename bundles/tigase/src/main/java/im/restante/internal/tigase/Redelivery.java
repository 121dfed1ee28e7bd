package im.restante.internal.tigase;

import java.io.IOException;
import java.util.Collection;
import java.util.Hashtable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;

/**
 * Makes a configuration be delivered again, so that plugins are asked again, although nothing changed in it.
 *
 * <p>{@link Configuration#update()} counts as a change and calls managed services, but fires no event, and the component runtime
 * waits for one; {@link Configuration#update(java.util.Dictionary)} fires one to all, and where File Install saves (in Karaf) it
 * would then write into the operator's file, over what was edited there in its last second. So the component runtime alone is
 * told. Only where {@code update()} leaves no trace, as in Felix with its configurations in memory alone (the standalone server,
 * where nothing is saved either), the values are put anew as they are.
 */
final class Redelivery {
    private static final String EXTENDER = "osgi.extender";
    private static final String COMPONENTS = "osgi.component";
    private static final int ATTEMPTS = 3;

    private final BundleContext context;
    private final ConfigurationAdmin admin;

    Redelivery(BundleContext context, ConfigurationAdmin admin) {
        this.context = context;
        this.admin = admin;
    }

    /** What is configured without plugins; null if nothing is. */
    Configuration configured(String pid) throws IOException {
        try {
            Configuration[] found = admin.listConfigurations("(" + Constants.SERVICE_PID + "=" + pid + ")");
            return found == null ? null : found[0];
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(pid, e);
        }
    }

    /**
     * Delivers the configuration of {@code pid} again.
     *
     * @param needed whether to make an empty one if there is none, since plugins are asked only about what exists
     */
    void deliver(String pid, boolean needed) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Configuration listed = configured(pid);
            if (listed == null) {
                if (needed) {
                    admin.getConfiguration(pid, "?").update(new Hashtable<>());
                }
                return;
            }
            long before = listed.getChangeCount();
            // With its configurations in memory Felix lists copies, which count for themselves: only this is what
            // others change.
            Configuration shared = admin.getConfiguration(pid, "?");
            shared.update();
            Configuration after = configured(pid);
            if (after != null && after.getChangeCount() <= before) {
                shared.update(shared.getProperties());
                return;
            }
            tellComponents(pid);
            if (after != null && after.getChangeCount() == before + 1) {
                return;
            }
            // Somebody else changed it meanwhile, and update() may have put older values back: the next one reads them
            // anew.
        }
    }

    private void tellComponents(String pid) {
        ServiceReference<ConfigurationAdmin> source = context.getServiceReference(ConfigurationAdmin.class);
        if (source == null) {
            return;
        }
        ConfigurationEvent event = new ConfigurationEvent(source, ConfigurationEvent.CM_UPDATED, null, pid);
        for (ServiceReference<ConfigurationListener> reference : listeners()) {
            ConfigurationListener listener = context.getService(reference);
            if (listener == null) {
                continue;
            }
            try {
                // SCR registers its listener in the name of Config Admin's bundle: only the class tells whose it is.
                if (extendsComponents(FrameworkUtil.getBundle(listener.getClass()))) {
                    listener.configurationEvent(event);
                }
            } finally {
                context.ungetService(reference);
            }
        }
    }

    private Collection<ServiceReference<ConfigurationListener>> listeners() {
        try {
            return context.getServiceReferences(ConfigurationListener.class, null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
    }

    private static boolean extendsComponents(Bundle bundleOrNull) {
        BundleWiring wiring = bundleOrNull == null ? null : bundleOrNull.adapt(BundleWiring.class);
        return wiring != null
                && wiring.getCapabilities(EXTENDER).stream()
                        .anyMatch(c -> COMPONENTS.equals(c.getAttributes().get(EXTENDER)));
    }
}
