package im.restante.internal.standalone.inside;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once a start what the launcher found about the home's permissions. */
@Component(
        service = {},
        immediate = true)
public final class OpenHome {
    private static final Logger LOG = LoggerFactory.getLogger(OpenHome.class);

    @Activate
    public OpenHome(BundleContext context) {
        String found = context.getProperty("restante.home.open");
        if (found != null) {
            LOG.warn("{}", found);
        }
    }
}
