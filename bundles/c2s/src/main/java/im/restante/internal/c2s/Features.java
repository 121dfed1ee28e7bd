package im.restante.internal.c2s;

import im.restante.internal.support.LogLimit;
import im.restante.internal.support.LogLimits;
import im.restante.internal.support.OutOfMemory;
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

    private final LogLimits lines;
    private final List<FeatureProvider> providers = new CopyOnWriteArrayList<>();

    Features(LogLimits lines) {
        this.lines = lines;
    }

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
                offered.addAll(List.copyOf(provider.streamFeatures())); // throws for a null among them
            } catch (Throwable e) { // a LinkageError when bundles are exchanged
                OutOfMemory.endsProcess(e);
                LogLimit limit = lines.of("features");
                if (limit.isDue()) {
                    LOG.error(
                            "{} failed; its stream features are not offered{}",
                            provider.getClass().getName(),
                            limit.more(),
                            e);
                }
            }
        }
        return offered;
    }
}
