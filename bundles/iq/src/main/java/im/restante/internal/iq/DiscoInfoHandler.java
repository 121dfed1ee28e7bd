package im.restante.internal.iq;

import im.restante.internal.support.LogLimit;
import im.restante.iq.FeatureProvider;
import im.restante.iq.IqHandler;
import im.restante.server.ServerInfo;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what the server and the requester's own account are and can do (XEP-0030 §3). Features are those of the
 * {@link FeatureProvider}s present at this moment. Of another account it tells only who is subscribed to it (§8), and nobody else
 * whether it exists.
 */
@Component(
        service = IqHandler.class,
        property = {
            IqHandler.NAMESPACE + "=" + Namespaces.DISCO_INFO,
            IqHandler.ELEMENT + "=query",
            IqHandler.SCOPE + "=" + IqHandler.SERVER,
            IqHandler.SCOPE + "=" + IqHandler.OWN,
            IqHandler.SCOPE + "=" + IqHandler.OTHER,
            IqHandler.DEADLINE_SECONDS + ":Integer=0" // behind a client that reads its messages slowly
        })
public final class DiscoInfoHandler implements IqHandler {
    private static final Logger LOG = LoggerFactory.getLogger(DiscoInfoHandler.class);

    private final String serverName;
    private final Subscribers subscribers;
    private final NodeAnswers nodes;
    private final LogLimit failures = LogLimit.perMinute(System::nanoTime);
    private final Map<Object, FeatureProvider> providers = new ConcurrentHashMap<>();
    private volatile OfflineMessages offline;

    @Activate
    public DiscoInfoHandler(
            @Reference ServerInfo server, @Reference Subscribers subscribers, @Reference NodeAnswers nodes) {
        this.subscribers = subscribers;
        this.nodes = nodes;
        serverName = server.name();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindProvider(FeatureProvider provider, Map<String, Object> properties) {
        providers.put(properties.get("service.id"), provider);
    }

    void unbindProvider(FeatureProvider provider, Map<String, Object> properties) {
        providers.remove(properties.get("service.id"), provider);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindOffline(OfflineMessages present) {
        offline = present;
    }

    void unbindOffline(OfflineMessages gone) {
        if (offline == gone) {
            offline = null;
        }
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        String node = request.payload().orElseThrow().attribute("node");
        if (request.type() != Iq.Type.GET) {
            return ImmediateAnswers.error(request, Condition.BAD_REQUEST);
        }
        if (ImmediateAnswers.isOfOther(request)) {
            return node != null
                    ? CompletableFuture.completedFuture(ImmediateAnswers.refusedDiscovery(request, node))
                    : subscribers
                            .has(request.to(), request.from())
                            .thenApply(subscribed -> subscribed
                                    ? described(request, null, true, features(true))
                                    : ImmediateAnswers.refusedDiscovery(request, null));
        }
        boolean own = ImmediateAnswers.isOwn(request);
        OfflineMessages waiting = offline;
        if (own && Namespaces.OFFLINE.equals(node) && waiting != null) {
            return waiting.info(request);
        }
        Optional<Iq> ofNode = own || node == null ? Optional.empty() : nodes.of(request, node);
        if (ofNode.isPresent()) {
            return CompletableFuture.completedFuture(ofNode.get());
        }
        SortedSet<String> features = node == null
                ? features(own)
                : own ? new TreeSet<>() : collected(provider -> provider.nodeFeatures(node));
        return features.isEmpty()
                ? ImmediateAnswers.error(request, Condition.ITEM_NOT_FOUND)
                : CompletableFuture.completedFuture(described(request, node, own, features));
    }

    private Iq described(Iq request, String node, boolean account, SortedSet<String> features) {
        Element.Builder query = Element.builder(Namespaces.DISCO_INFO, "query")
                .attribute("node", node)
                .child(account ? identity("account", "registered", null) : identity("server", "im", serverName));
        for (String feature : features) {
            query.child(Element.builder(Namespaces.DISCO_INFO, "feature")
                    .attribute("var", feature)
                    .build());
        }
        return request.result(query.build());
    }

    private SortedSet<String> features(boolean ofAccount) {
        SortedSet<String> features =
                collected(ofAccount ? FeatureProvider::accountFeatures : FeatureProvider::serverFeatures);
        features.add(Namespaces.DISCO_INFO);
        features.add(Namespaces.DISCO_ITEMS);
        return features;
    }

    private SortedSet<String> collected(Function<FeatureProvider, Set<String>> question) {
        SortedSet<String> features = new TreeSet<>();
        providers.forEach((serviceId, provider) -> {
            try {
                features.addAll(question.apply(provider));
            } catch (RuntimeException | LinkageError e) { // the latter when bundles are exchanged
                if (failures.isDue()) {
                    LOG.error(
                            "feature provider with service.id={} failed; its features are not listed{}",
                            serviceId,
                            failures.more(),
                            e);
                }
            }
        });
        return features;
    }

    private static Element identity(String category, String type, String name) {
        return Element.builder(Namespaces.DISCO_INFO, "identity")
                .attribute("category", category)
                .attribute("type", type)
                .attribute("name", name)
                .build();
    }
}
