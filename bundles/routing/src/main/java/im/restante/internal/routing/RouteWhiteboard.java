package im.restante.internal.routing;

import im.restante.route.Route;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Collects the routes of other bundles. A component of its own, which nobody refers to, so that a route may need routing: with both in
 * one component neither could start.
 */
@Component(
        immediate = true,
        service = {})
public final class RouteWhiteboard {
    /** Of the server's own route. */
    private static final int OWN_RANKING = 0;

    private final Registry registry;
    private final Map<Object, Ranked> bound = new HashMap<>(); // by service.id; guarded by this

    private record Ranked(Route route, int ranking, long serviceId) {}

    @Activate
    public RouteWhiteboard(@Reference Registry registry) {
        this.registry = registry;
    }

    @Deactivate
    void deactivate() {
        registry.routes(Routes.Others.NOBODY);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void addRoute(Route route, Map<String, Object> properties) {
        int ranking = properties.get("service.ranking") instanceof Integer number ? number : 0;
        bound.put(properties.get("service.id"), new Ranked(route, ranking, (Long) properties.get("service.id")));
        reorder();
    }

    synchronized void updatedRoute(Route route, Map<String, Object> properties) {
        addRoute(route, properties);
    }

    synchronized void removeRoute(Route route, Map<String, Object> properties) {
        bound.remove(properties.get("service.id"));
        reorder();
    }

    private void reorder() {
        registry.routes(new Routes.Others(
                those(one -> one.ranking() > OWN_RANKING), those(one -> one.ranking() <= OWN_RANKING)));
    }

    /** Of equal ranking the oldest service comes first, as the framework has it. */
    private Route[] those(Predicate<Ranked> wanted) {
        return bound.values().stream()
                .filter(wanted)
                .sorted(Comparator.comparingInt(Ranked::ranking).reversed().thenComparingLong(Ranked::serviceId))
                .map(Ranked::route)
                .toArray(Route[]::new);
    }
}
