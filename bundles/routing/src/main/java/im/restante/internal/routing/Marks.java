package im.restante.internal.routing;

import im.restante.iq.FeatureProvider;
import im.restante.xml.Namespaces;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Says which marks this server puts on messages, so that clients trust them (XEP-0359 §5, XEP-0203). */
@Component
public final class Marks implements FeatureProvider {
    private static final Set<String> FEATURES = Set.of(Namespaces.STANZA_ID, Namespaces.DELAY);

    @Activate
    public Marks() {}

    @Override
    public Set<String> serverFeatures() {
        return FEATURES;
    }

    @Override
    public Set<String> accountFeatures() {
        return FEATURES;
    }
}
