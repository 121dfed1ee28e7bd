package im.restante.internal.http;

import im.restante.http.HttpResource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The resources there are, by audience and path. Safe for concurrent use; no lock is held while one is asked. */
final class Resources {
    private static final Logger LOG = LoggerFactory.getLogger(Resources.class);

    private static final Pattern PATH = Pattern.compile("/|(?:/(?!\\.\\.?(?:/|$))[A-Za-z0-9._~-]+)+");

    private final ScheduledExecutorService timer;
    private final Bounds bounds;
    private final Map<ServiceReference<HttpResource>, Load> loads = new HashMap<>(); // guarded by this
    /** The longest path first, then the highest ranking. Replaced, never changed. */
    private volatile List<Served> served = List.of();

    Resources(ScheduledExecutorService timer, Bounds bounds) {
        this.timer = timer;
        this.bounds = bounds;
    }

    /** A resource came, or has other properties. One whose properties are wrong is logged, and not asked. */
    synchronized void put(ServiceReference<HttpResource> reference, HttpResource resource) {
        Load load = loads.computeIfAbsent(reference, any -> new Load(bounds.requestsAtATime()));
        List<Served> all = new ArrayList<>(served);
        all.removeIf(one -> one.reference().equals(reference));
        Served one = read(reference, resource, load);
        if (one != null) {
            all.add(one);
            all.sort((a, b) -> {
                int byLength = Integer.compare(b.path().length(), a.path().length());
                return byLength != 0 ? byLength : b.reference().compareTo(a.reference());
            });
        }
        served = List.copyOf(all);
    }

    /** A resource went. What it is at work on may go on for a moment. */
    synchronized void remove(ServiceReference<HttpResource> reference) {
        served = served.stream()
                .filter(one -> !one.reference().equals(reference))
                .toList();
        Load load = loads.remove(reference);
        if (load == null) {
            return;
        }
        load.gone();
        Duration grace = bounds.afterwards();
        try {
            timer.schedule(load::cut, grace.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            load.cut(); // the bundle stops
        }
    }

    /** Who answers for that path; null: nobody. */
    Served find(String audience, String path) {
        for (Served one : served) {
            if (one.audience().equals(audience) && one.answers(path)) {
                return one;
            }
        }
        return null;
    }

    private static Served read(ServiceReference<HttpResource> reference, HttpResource resource, Load load) {
        Object path = reference.getProperty(HttpResource.PATH);
        Object audience = reference.getProperty(HttpResource.AUDIENCE);
        Object most = reference.getProperty(HttpResource.MAX_BODY_BYTES);
        String wrong = null;
        if (!(path instanceof String text) || !PATH.matcher(text).matches()) {
            wrong = HttpResource.PATH + '=' + path + ", which must be a path such as /metrics";
        } else if (!HttpResource.ADMIN.equals(audience) && !HttpResource.PUBLIC.equals(audience)) {
            wrong = HttpResource.AUDIENCE + '=' + audience + ", which must be " + HttpResource.ADMIN + " or "
                    + HttpResource.PUBLIC;
        } else if (most != null && !(isWhole(most) && ((Number) most).longValue() >= 0)) {
            wrong = HttpResource.MAX_BODY_BYTES + '=' + most + ", which must be a whole number of 0 or more";
        }
        if (wrong != null) {
            LOG.error(
                    "the HTTP resource {} is not used: it has {}",
                    resource.getClass().getName(),
                    wrong);
            return null;
        }
        long bytes = most == null ? HttpResource.DEFAULT_MAX_BODY_BYTES : ((Number) most).longValue();
        return new Served(reference, resource, (String) path, (String) audience, bytes, load);
    }

    private static boolean isWhole(Object number) {
        return number instanceof Long || number instanceof Integer;
    }
}
