package im.restante.internal.iq;

import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.iq.DiscoveryNodes;
import im.restante.stanza.Iq;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the {@link DiscoveryNodes} present at this moment say of a node of the server's domain: the highest {@code service.ranking} is
 * asked first, and then the lowest {@code service.id}. One that breaks costs its own answer.
 */
@Component(service = NodeAnswers.class)
public final class NodeAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(NodeAnswers.class);

    private final LogLimit failures = LogLimit.perMinute(System::nanoTime);
    private final Map<Long, Provider> bound = new HashMap<>(); // guarded by this
    private volatile List<Provider> inOrder = List.of();

    private record Provider(int ranking, long id, DiscoveryNodes nodes) {
        static Provider of(DiscoveryNodes nodes, Map<String, Object> properties) {
            return new Provider(
                    properties.get("service.ranking") instanceof Integer ranking ? ranking : 0, id(properties), nodes);
        }

        static long id(Map<String, Object> properties) {
            return (Long) properties.get("service.id");
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, updated = "bindProvider")
    synchronized void bindProvider(DiscoveryNodes provider, Map<String, Object> properties) {
        bound.put(Provider.id(properties), Provider.of(provider, properties));
        reorder();
    }

    synchronized void unbindProvider(DiscoveryNodes provider, Map<String, Object> properties) {
        bound.remove(Provider.id(properties));
        reorder();
    }

    private void reorder() {
        inOrder = bound.values().stream()
                .sorted(Comparator.comparing(Provider::ranking).reversed().thenComparing(Provider::id))
                .toList();
    }

    /** The first answer, in order of ranking; empty if nobody has such a node. */
    Optional<Iq> of(Iq request, String node) {
        for (Provider one : inOrder) {
            Optional<Iq> answer = Failures.orElse(
                    () -> one.nodes().discover(request, node), Optional.<Iq>empty(), e -> report(one.id(), e));
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
