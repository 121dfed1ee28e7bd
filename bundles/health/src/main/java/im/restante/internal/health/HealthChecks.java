package im.restante.internal.health;

import im.restante.health.HealthCheck;
import im.restante.health.HealthFinding;
import im.restante.internal.support.LogLimits;
import im.restante.internal.support.Printable;
import im.restante.internal.support.Survey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All checks that are there, and what they find. */
@Component(service = HealthChecks.class)
public final class HealthChecks {
    private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final ConcurrentMap<Object, Named> checks = new ConcurrentHashMap<>();
    private final LogLimits lines = new LogLimits(System::nanoTime);
    private final Survey<Named, List<HealthFinding>> survey;

    private record Named(String name, HealthCheck check) {}

    /**
     * What is wrong.
     *
     * @param check who found it
     */
    record Found(String check, HealthFinding finding) {}

    @Activate
    public HealthChecks() {
        this(PATIENCE);
    }

    HealthChecks(Duration patience) {
        survey = new Survey<>(
                "restante-health", named -> List.copyOf(named.check().findings()), patience);
    }

    @Deactivate
    void close() {
        survey.close();
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            target = "(" + HealthCheck.NAME + "=*)")
    void bindCheck(HealthCheck check, Map<String, Object> properties) {
        checks.put(
                properties.get(Constants.SERVICE_ID),
                new Named(String.valueOf(properties.get(HealthCheck.NAME)), check));
    }

    void unbindCheck(HealthCheck check, Map<String, Object> properties) {
        checks.remove(properties.get(Constants.SERVICE_ID));
    }

    /** What is wrong at this moment, the worst first. Waits for the checks, eight seconds at most. */
    List<Found> findings() {
        List<Found> found = new ArrayList<>();
        for (Survey.Answer<Named, List<HealthFinding>> answer : survey.ask(checks.values())) {
            if (answer.answer() != null) {
                answer.answer()
                        .forEach(finding -> found.add(new Found(answer.of().name(), finding)));
            } else if (checks.containsValue(answer.of())) { // else it has gone meanwhile
                found.add(new Found(answer.of().name(), unknown(answer)));
            }
        }
        found.sort(Comparator.comparing((Found one) -> one.finding().level())
                .reversed()
                .thenComparing(Found::check));
        return found;
    }

    private HealthFinding unknown(Survey.Answer<Named, List<HealthFinding>> answer) {
        if (answer.problem() == null) {
            return HealthFinding.notReady("the check has no answer within " + PATIENCE.toSeconds() + " s");
        }
        if (lines.of(answer.of().name()).isDue()) {
            LOG.warn(
                    "the health check {} failed: the server counts as not ready",
                    answer.of().name(),
                    answer.problem());
        }
        return HealthFinding.notReady("the check failed: " + Printable.line(answer.problem()));
    }
}
