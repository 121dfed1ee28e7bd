package im.restante.internal.c2s;

import im.restante.iq.FeatureProvider;
import im.restante.xml.Element;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What other bundles offer on a stream whose client has logged in. Safe for concurrent use. */
final class Features {
    private static final Logger LOG = LoggerFactory.getLogger(Features.class);

    private final List<FeatureProvider> providers = new CopyOnWriteArrayList<>();

    void add(FeatureProvider provider) {
        providers.add(provider);
    }

    void remove(FeatureProvider provider) {
        providers.remove(provider);
    }

    List<Element> offered() {
        List<Element> offered = new ArrayList<>();
        for (FeatureProvider provider : providers) {
            try {
                offered.addAll(provider.streamFeatures());
            } catch (RuntimeException | LinkageError e) { // the latter when bundles are exchanged
                LOG.error(
                        "{} failed; its stream features are not offered",
                        provider.getClass().getName(),
                        e);
            }
        }
        return offered;
    }
}
