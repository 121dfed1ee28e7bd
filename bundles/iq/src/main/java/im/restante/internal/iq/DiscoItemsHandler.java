package im.restante.internal.iq;

import im.restante.iq.IqHandler;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Lists what belongs to the server or to an account (XEP-0030 §4): for its owner the waiting messages, for those who are subscribed to
 * it the available resources (§8), for anybody else nothing, whether there is such an account or not. At the server nodes of bundles
 * have items ({@link im.restante.iq.DiscoveryNodes}).
 */
@Component(
        service = IqHandler.class,
        property = {
            IqHandler.NAMESPACE + "=" + Namespaces.DISCO_ITEMS,
            IqHandler.ELEMENT + "=query",
            IqHandler.SCOPE + "=" + IqHandler.SERVER,
            IqHandler.SCOPE + "=" + IqHandler.OWN,
            IqHandler.SCOPE + "=" + IqHandler.OTHER,
            IqHandler.DEADLINE_SECONDS + ":Integer=0" // behind a client that reads its messages slowly
        })
public final class DiscoItemsHandler implements IqHandler {
    private static final Element NOTHING = Element.of(Namespaces.DISCO_ITEMS, "query");

    private final Subscribers subscribers;
    private final NodeAnswers nodes;
    private volatile OfflineMessages offline;

    @Activate
    public DiscoItemsHandler(@Reference Subscribers subscribers, @Reference NodeAnswers nodes) {
        this.subscribers = subscribers;
        this.nodes = nodes;
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
            return node == null
                    ? resources(request)
                    : CompletableFuture.completedFuture(ImmediateAnswers.refusedDiscovery(request, node));
        }
        OfflineMessages waiting = offline;
        if (ImmediateAnswers.isOwn(request) && Namespaces.OFFLINE.equals(node) && waiting != null) {
            return waiting.items(request);
        }
        if (node == null) {
            return ImmediateAnswers.result(request, NOTHING);
        }
        return (ImmediateAnswers.isOwn(request) ? Optional.<Iq>empty() : nodes.of(request, node))
                .<CompletionStage<Iq>>map(CompletableFuture::completedFuture)
                .orElseGet(() -> ImmediateAnswers.error(request, Condition.ITEM_NOT_FOUND));
    }

    private CompletionStage<Iq> resources(Iq request) {
        return subscribers.has(request.to(), request.from()).thenApply(subscribed -> {
            Element.Builder query = Element.builder(Namespaces.DISCO_ITEMS, "query");
            for (Jid resource : subscribed ? subscribers.available(request.to()) : List.<Jid>of()) {
                query.child(Element.builder(Namespaces.DISCO_ITEMS, "item")
                        .attribute("jid", resource.toString())
                        .build());
            }
            return request.result(query.build());
        });
    }
}
