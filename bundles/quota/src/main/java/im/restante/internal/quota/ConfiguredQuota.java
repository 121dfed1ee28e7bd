package im.restante.internal.quota;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
import im.restante.jid.Jid;
import im.restante.quota.QuotaExceededStrategy;
import im.restante.quota.QuotaService;
import im.restante.quota.Terms;
import im.restante.store.Admission;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One limit for all pairs, and the strategy that configuration names. Stays while strategies come and go. */
@Component(service = QuotaService.class, immediate = true, configurationPid = ConfiguredQuota.PID)
@Designate(ocd = ConfiguredQuota.Config.class)
public final class ConfiguredQuota implements QuotaService {
    static final String PID = "im.restante.quota";

    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredQuota.class);
    private static final int DEFAULT_LIMIT = 100;
    private static final String DEFAULT_STRATEGY = "error";

    @ObjectClassDefinition(name = "Restante quota", description = "How many messages of a pair are kept")
    @interface Config {
        @AttributeDefinition(
                description = "Messages kept from one sender to one recipient; 0 keeps none, negative is no limit")
        int store$_$limit() default DEFAULT_LIMIT;

        @AttributeDefinition(
                description = "What happens to a message beyond the limit: error, drop, drop-oldest, or the"
                        + " quota.strategy of an installed strategy")
        String quota$_$exceeded() default DEFAULT_STRATEGY;
    }

    private final LongSupplier nanoTime;
    private final QuotaExceededStrategy fallback = new ErrorStrategy();
    private final Map<ServiceReference<QuotaExceededStrategy>, QuotaExceededStrategy> bound = new HashMap<>();
    private Limits limits;
    private volatile InForce inForce; // replaced as a whole, so that no message sees a limit and another's strategy

    @Activate
    public ConfiguredQuota(Map<String, Object> values) {
        this(values, System::nanoTime);
    }

    ConfiguredQuota(Map<String, ?> values, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        limits = Limits.of(values);
        choose();
    }

    @Modified
    synchronized void modified(Map<String, Object> values) {
        try {
            limits = Limits.of(values);
            choose();
        } catch (ConfigException e) {
            LOG.error("{}; store-limit={} quota-exceeded={} stay in force", e.getMessage(), limits.limit, limits.name);
        }
    }

    @Reference(
            service = QuotaExceededStrategy.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "updatedStrategy")
    synchronized void bindStrategy(ServiceReference<QuotaExceededStrategy> reference, QuotaExceededStrategy strategy) {
        bound.put(
                reference,
                new GuardedStrategy(strategy, fallback, reference.getProperty(Constants.SERVICE_ID), nanoTime));
        choose();
    }

    synchronized void updatedStrategy(ServiceReference<QuotaExceededStrategy> reference) {
        choose();
    }

    synchronized void unbindStrategy(ServiceReference<QuotaExceededStrategy> reference) {
        bound.remove(reference);
        choose();
    }

    @Override
    public Terms terms(Jid owner, Jid sender) {
        InForce now = inForce;
        if (now.missing != null) {
            now.reportMissing();
        }
        return new Terms(new Admission(now.limit, now.strategy.onFull()), now.strategy);
    }

    private void choose() {
        QuotaExceededStrategy chosen = bound.entrySet().stream()
                .filter(e -> limits.name.equals(e.getKey().getProperty(QuotaExceededStrategy.NAME)))
                .max(Map.Entry.comparingByKey(Comparator.naturalOrder()))
                .map(Map.Entry::getValue)
                .orElse(null);
        InForce before = inForce;
        if (chosen != null) {
            inForce = new InForce(limits.limit, chosen, null, null);
        } else {
            boolean saidAlready = before != null && limits.name.equals(before.missing);
            inForce = new InForce(limits.limit, fallback, limits.name, saidAlready ? before.said : new AtomicBoolean());
        }
    }

    /** What configuration says. */
    private record Limits(int limit, String name) {
        static Limits of(Map<String, ?> values) {
            Settings settings = Settings.of(PID, values);
            return new Limits(
                    settings.integer("store-limit", DEFAULT_LIMIT, Integer.MIN_VALUE, Integer.MAX_VALUE),
                    settings.text("quota-exceeded", DEFAULT_STRATEGY));
        }
    }

    /**
     * What holds for the next message.
     *
     * @param missing the name of the strategy that should be there; null if it is
     * @param said    whether the log says so; told at the first message only, since at start strategies come one by one
     */
    private record InForce(int limit, QuotaExceededStrategy strategy, String missing, AtomicBoolean said) {
        void reportMissing() {
            if (!missing.equals(DEFAULT_STRATEGY) && said.compareAndSet(false, true)) {
                LOG.error("{}: quota-exceeded={}: no such strategy is present; error is used instead", PID, missing);
            }
        }
    }
}
