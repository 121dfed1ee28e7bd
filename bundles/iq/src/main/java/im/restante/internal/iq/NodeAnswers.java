package im.restante.internal.iq;

import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.iq.DiscoveryNodes;
import im.restante.stanza.Iq;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the {@link DiscoveryNodes} present at this moment say of a node of the server's domain. One that breaks costs its own answer. */
@Component(service = NodeAnswers.class)
public final class NodeAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(NodeAnswers.class);

    private final LogLimit failures = LogLimit.perMinute(System::nanoTime);
    private final Map<Object, DiscoveryNodes> providers = new ConcurrentHashMap<>();

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindProvider(DiscoveryNodes provider, Map<String, Object> properties) {
        providers.put(properties.get("service.id"), provider);
    }

    void unbindProvider(DiscoveryNodes provider, Map<String, Object> properties) {
        providers.remove(properties.get("service.id"), provider);
    }

    /** The first answer; empty if nobody has such a node. */
    Optional<Iq> of(Iq request, String node) {
        for (Map.Entry<Object, DiscoveryNodes> one : providers.entrySet()) {
            Optional<Iq> answer = Failures.orElse(
                    () -> one.getValue().discover(request, node), Optional.<Iq>empty(), e -> report(one.getKey(), e));
            if (answer.isPresent()) {
                return answer;
            }
        }
        return Optional.empty();
    }

    private void report(Object serviceId, Throwable problem) {
        if (failures.isDue()) {
            LOG.error(
                    "provider of discovery nodes with service.id={} failed; its nodes are not found{}",
                    serviceId,
                    failures.more(),
                    problem);
        }
    }
}
