package im.restante.internal.filter;

import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsListener;
import im.restante.config.SettingsTrial;
import im.restante.filter.CandidateRules;
import im.restante.filter.MessageFilter;
import im.restante.filter.Opinion;
import im.restante.filter.StorageRule;
import im.restante.internal.support.Announcement;
import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.stanza.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks in this order, until one has an opinion: the storage rules present, highest ranking first; the configured paths; the stock
 * rules. Stays while rules come and go and settings change.
 */
@Component(
        service = {MessageFilter.class, CandidateRules.class, SettingsTrial.class},
        configurationPid = ConfiguredPaths.PID,
        property = SettingsTrial.PID + "=" + ConfiguredPaths.PID)
public final class RankedFilter implements MessageFilter, CandidateRules, SettingsTrial {
    private static final Logger LOG = LoggerFactory.getLogger(RankedFilter.class);

    private final LongSupplier nanoTime;
    private final StockRules stock = new StockRules();
    private final Map<ServiceReference<StorageRule>, Guarded> bound = new HashMap<>();
    private volatile List<Guarded> inOrder = List.of(); // readers take it once per message
    private volatile ConfiguredPaths paths; // immutable, replaced as a whole
    private final Announcement<SettingsListener, String> inForce = new Announcement<>(
            "settings listener",
            () -> ConfiguredPaths.KEY + "=" + paths(),
            (listener, values) -> listener.inForce("filter", ConfiguredPaths.PID, values));

    @Activate
    public RankedFilter(Map<String, Object> values) {
        this(values, System::nanoTime);
    }

    RankedFilter(Map<String, ?> values, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        use(ConfiguredPaths.of(values));
    }

    @Modified
    void modified(Map<String, Object> values) {
        try {
            use(ConfiguredPaths.of(values));
        } catch (ConfigException e) {
            LOG.error("{}. Stays in force: {}", e.getMessage(), paths);
        }
    }

    private void use(ConfiguredPaths changed) {
        paths = changed;
        inForce.changed();
        changed.unreachable().forEach(line -> LOG.warn("{}: {}: {}", ConfiguredPaths.PID, ConfiguredPaths.KEY, line));
    }

    private ConfiguredPaths paths() {
        return paths;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSettingsListener(SettingsListener listener) {
        inForce.add(listener);
    }

    void removeSettingsListener(SettingsListener listener) {
        inForce.remove(listener);
    }

    @Reference(
            service = StorageRule.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "updatedRule")
    synchronized void bindRule(ServiceReference<StorageRule> reference, StorageRule rule) {
        bound.put(reference, new Guarded(rule, reference.getProperty(Constants.SERVICE_ID), nanoTime));
        reorder();
    }

    synchronized void updatedRule(ServiceReference<StorageRule> reference) {
        reorder();
    }

    synchronized void unbindRule(ServiceReference<StorageRule> reference) {
        bound.remove(reference);
        reorder();
    }

    private void reorder() {
        inOrder = bound.entrySet().stream()
                .sorted(Map.Entry.<ServiceReference<StorageRule>, Guarded>comparingByKey()
                        .reversed())
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public MessageFilter with(String candidate) {
        ConfiguredPaths compiled = ConfiguredPaths.of(Map.of(ConfiguredPaths.KEY, candidate));
        return message -> decide(message, compiled);
    }

    @Override
    public SettingsDescriptor descriptor() {
        return ConfiguredPaths.DESCRIPTOR;
    }

    @Override
    public List<String> judge(Map<String, ?> values) {
        return ConfiguredPaths.of(values).unreachable();
    }

    @Override
    public Opinion decide(Message message) {
        return decide(message, paths);
    }

    private Opinion decide(Message message, ConfiguredPaths by) {
        List<Guarded> rules = inOrder;
        for (int i = 0; i < rules.size(); i++) {
            Opinion opinion = rules.get(i).consider(message);
            if (!(opinion instanceof Opinion.None)) {
                return opinion;
            }
        }
        Opinion configured = by.consider(message);
        return configured instanceof Opinion.None ? stock.decide(message) : configured;
    }

    /** A rule whose failures end here: it counts as having no opinion, and the log says so at most once a minute. */
    private static final class Guarded {
        private final StorageRule rule;
        private final Object serviceId;
        private final LogLimit lines;

        Guarded(StorageRule rule, Object serviceId, LongSupplier nanoTime) {
            this.rule = rule;
            this.serviceId = serviceId;
            this.lines = LogLimit.perMinute(nanoTime);
        }

        Opinion consider(Message message) {
            return Failures.orElse(() -> rule.consider(message), Opinion.NONE, this::report);
        }

        private void report(Throwable problem) {
            if (lines.isDue()) {
                LOG.error(
                        "storage rule {} (service.id={}) {}; it counts as having no opinion{}",
                        rule.getClass().getName(),
                        serviceId,
                        problem == null ? "answered null" : "threw",
                        lines.more(),
                        problem);
            }
        }
    }
}
