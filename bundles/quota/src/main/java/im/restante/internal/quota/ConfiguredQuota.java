package im.restante.internal.quota;

import im.restante.account.Accounts;
import im.restante.account.Setting;
import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsListener;
import im.restante.config.SettingsTrial;
import im.restante.internal.support.Announcement;
import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.Printable;
import im.restante.jid.Jid;
import im.restante.limit.Acquaintances;
import im.restante.limit.DiskSpace;
import im.restante.limit.Limits;
import im.restante.quota.QuotaExceededStrategy;
import im.restante.quota.QuotaService;
import im.restante.quota.Terms;
import im.restante.quota.UserLimits;
import im.restante.store.Admission;
import im.restante.store.OwnerLimit;
import im.restante.store.StoreException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One limit for all pairs, an owner's own where that is allowed, and the strategy that configuration names. Stays while strategies
 * and accounts come and go.
 */
@Component(
        service = {QuotaService.class, UserLimits.class, SettingsTrial.class},
        immediate = true,
        configurationPid = QuotaSettings.PID,
        property = SettingsTrial.PID + "=" + QuotaSettings.PID)
public final class ConfiguredQuota implements QuotaService, UserLimits, SettingsTrial {
    /** For one look at an owner's own limit; a message waits for it. */
    static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredQuota.class);
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private final LongSupplier nanoTime;
    private final Duration lookupTimeout;
    private final QuotaExceededStrategy fallback = new ErrorStrategy();
    private final LogLimit lookupLines;
    private final LogLimit valueLines;
    private final Totals totals;
    private final Map<ServiceReference<QuotaExceededStrategy>, QuotaExceededStrategy> bound = new HashMap<>();
    private QuotaSettings settings;
    private QuotaSettings refused; // names a strategy that is not there yet; null: none such
    private volatile InForce inForce; // replaced as a whole, so that no message sees a limit and another's strategy

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile Accounts accounts;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile DiskSpace disk;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile Limits limits;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile Acquaintances acquaintances;

    private final Announcement<SettingsListener, String> announced = new Announcement<>(
            "settings listener",
            () -> inForce().text(),
            (listener, values) -> listener.inForce("quota", QuotaSettings.PID, values));

    @Activate
    public ConfiguredQuota(Map<String, Object> values) {
        this(values, System::nanoTime, LOOKUP_TIMEOUT);
    }

    ConfiguredQuota(Map<String, ?> values, LongSupplier nanoTime, Duration lookupTimeout) {
        this.nanoTime = nanoTime;
        this.lookupTimeout = lookupTimeout;
        this.lookupLines = new LogLimit(BETWEEN_LINES, nanoTime);
        this.valueLines = new LogLimit(BETWEEN_LINES, nanoTime);
        this.totals = new Totals(lookupTimeout, BETWEEN_LINES, nanoTime);
        settings = QuotaSettings.of(values);
        choose();
    }

    @Modified
    void modified(Map<String, Object> values) {
        take(values);
        announced.changed();
    }

    private synchronized void take(Map<String, Object> values) {
        refused = null;
        try {
            QuotaSettings changed = QuotaSettings.of(values);
            if (changed.strategy().equals(settings.strategy()) || isPresent(changed.strategy())) {
                settings = changed;
            } else { // the other keys hold, and so does this one when the strategy comes
                refused = changed;
                settings = changed.with(settings.strategy());
                LOG.error(
                        "{}; until it comes, in force: {}",
                        unknownStrategy(values).getMessage(),
                        settings);
            }
            choose();
        } catch (ConfigException e) {
            LOG.error("{}; stays in force: {}", e.getMessage(), settings);
        }
    }

    @Override
    public SettingsDescriptor descriptor() {
        return QuotaSettings.DESCRIPTOR;
    }

    @Override
    public synchronized List<String> judge(Map<String, ?> values) {
        if (!isPresent(QuotaSettings.of(values).strategy())) {
            throw unknownStrategy(values);
        }
        return List.of();
    }

    /** The others hold without it. */
    private ConfigException unknownStrategy(Map<String, ?> values) {
        return QuotaSettings.DESCRIPTOR
                .read(values)
                .bad(QuotaSettings.STRATEGY_KEY, "the name of a strategy that is present: " + present())
                .alone();
    }

    @Reference(
            service = QuotaExceededStrategy.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "updatedStrategy")
    void bindStrategy(ServiceReference<QuotaExceededStrategy> reference, QuotaExceededStrategy strategy) {
        synchronized (this) {
            bound.put(
                    reference,
                    new GuardedStrategy(strategy, fallback, reference.getProperty(Constants.SERVICE_ID), nanoTime));
            reconsider();
        }
        announced.changed();
    }

    void updatedStrategy(ServiceReference<QuotaExceededStrategy> reference) {
        synchronized (this) {
            reconsider();
        }
        announced.changed();
    }

    void unbindStrategy(ServiceReference<QuotaExceededStrategy> reference) {
        synchronized (this) {
            bound.remove(reference);
            choose();
        }
        announced.changed();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSettingsListener(SettingsListener listener) {
        announced.add(listener);
    }

    void removeSettingsListener(SettingsListener listener) {
        announced.remove(listener);
    }

    private InForce inForce() {
        return inForce;
    }

    @Override
    public CompletionStage<Terms> terms(Jid owner, Jid sender) {
        CompletionStage<Optional<Terms>> instead = DiskFullTerms.instead(disk, acquaintances, owner, sender);
        return instead == null
                ? ofLimits(owner, sender)
                : instead.thenCompose(
                        none -> none.map(CompletableFuture::completedStage).orElseGet(() -> ofLimits(owner, sender)));
    }

    private CompletionStage<Terms> ofLimits(Jid owner, Jid sender) {
        InForce now = inForce;
        if (now.missing != null) {
            now.reportMissing();
        }
        return ofPair(now, owner).thenCombine(totals.of(limits, acquaintances, owner, sender), now::terms);
    }

    private CompletionStage<Integer> ofPair(InForce now, Jid owner) {
        if (!now.settings.userLimits()) {
            return CompletableFuture.completedFuture(now.settings.limit());
        }
        CompletableFuture<Optional<String>> own = own(owner);
        if (!own.isDone()) {
            own = own.copy().orTimeout(lookupTimeout.toNanos(), TimeUnit.NANOSECONDS);
        }
        return own.handle((value, problem) ->
                problem == null ? limit(now.settings, owner, value) : insteadOf(problem, now.settings, owner));
    }

    @Override
    public boolean enabled() {
        return inForce.settings.userLimits();
    }

    @Override
    public CompletionStage<Integer> limit(Jid owner) {
        return own(owner).thenApply(value -> {
            QuotaSettings now = inForce.settings;
            return now.userLimits() ? limit(now, owner, value) : now.limit();
        });
    }

    @Override
    public CompletionStage<OptionalInt> set(Jid owner, int limit) {
        return write(owner, OwnLimit.write(limit))
                .thenApply(written ->
                        written ? OptionalInt.of(inForce.settings.underCeiling(limit)) : OptionalInt.empty());
    }

    @Override
    public CompletionStage<OptionalInt> forget(Jid owner) {
        return write(owner, null)
                .thenApply(written -> written ? OptionalInt.of(inForce.settings.limit()) : OptionalInt.empty());
    }

    private CompletableFuture<Optional<String>> own(Jid owner) {
        Accounts present = accounts;
        try {
            return present == null
                    ? noAccounts()
                    : present.setting(owner, NODE, KEY).toCompletableFuture();
        } catch (RuntimeException | LinkageError e) { // it stops at this moment
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<Boolean> write(Jid owner, String value) {
        Accounts present = accounts;
        return present == null ? noAccounts() : present.write(owner, List.of(new Setting(NODE, KEY, value)));
    }

    private static <T> CompletableFuture<T> noAccounts() {
        return CompletableFuture.failedFuture(new StoreException("the accounts are not there"));
    }

    private int limit(QuotaSettings now, Jid owner, Optional<String> own) {
        if (own.isEmpty()) {
            return now.limit();
        }
        OptionalInt limit = OwnLimit.read(own.get());
        if (limit.isPresent()) {
            return now.underCeiling(limit.getAsInt());
        }
        if (valueLines.isDue()) {
            LOG.warn(
                    "{}: {} {}={} in the user repository is neither a number nor {}; store-limit={} applies"
                            + " ({} more like this since the last line)",
                    owner,
                    NODE,
                    KEY,
                    Printable.line(own.get()),
                    NO_LIMIT,
                    now.limit(),
                    valueLines.unsaid());
        }
        return now.limit();
    }

    private int insteadOf(Throwable problem, QuotaSettings now, Jid owner) {
        if (lookupLines.isDue()) {
            Throwable cause = Failures.unwrap(problem);
            LOG.warn(
                    "the limit of {} could not be read: {}; store-limit={} applies ({} more like this since the last line)",
                    owner,
                    cause instanceof TimeoutException
                            ? "no answer in " + lookupTimeout.toSeconds() + " s"
                            : cause.getMessage(),
                    now.limit(),
                    lookupLines.unsaid());
        }
        return now.limit();
    }

    /** A strategy came: settings that were refused for the want of it may be right now. */
    private void reconsider() {
        if (refused != null && isPresent(refused.strategy())) {
            settings = refused;
            refused = null;
            LOG.info("{}: the strategy {} has come; in force: {}", QuotaSettings.PID, settings.strategy(), settings);
        }
        choose();
    }

    private boolean isPresent(String strategy) {
        return strategy.equals(QuotaSettings.ERROR) || present().contains(strategy);
    }

    private TreeSet<String> present() {
        TreeSet<String> names = new TreeSet<>();
        names.add(QuotaSettings.ERROR);
        bound.keySet().forEach(reference -> names.add(name(reference)));
        return names;
    }

    private static String name(ServiceReference<QuotaExceededStrategy> reference) {
        return String.valueOf(reference.getProperty(QuotaExceededStrategy.NAME));
    }

    private void choose() {
        QuotaExceededStrategy chosen = bound.entrySet().stream()
                .filter(e -> settings.strategy().equals(name(e.getKey())))
                .max(Map.Entry.comparingByKey(Comparator.naturalOrder()))
                .map(Map.Entry::getValue)
                .orElse(null);
        InForce before = inForce;
        if (chosen != null) {
            inForce = new InForce(settings, chosen, null, null);
        } else {
            String missing = settings.strategy();
            boolean saidAlready = before != null && missing.equals(before.missing);
            inForce = new InForce(settings, fallback, missing, saidAlready ? before.said : new AtomicBoolean());
        }
    }

    /**
     * What holds for the next message.
     *
     * @param missing the name of the strategy that should be there; null if it is
     * @param said    whether the log says so; told at the first message only, since at start strategies come one by one
     */
    private record InForce(QuotaSettings settings, QuotaExceededStrategy strategy, String missing, AtomicBoolean said) {
        Terms terms(int limit, OwnerLimit total) {
            return new Terms(Admission.of(limit, strategy.onFull()).withTotal(total), strategy);
        }

        /** For an operator. */
        String text() {
            return missing == null || missing.equals(QuotaSettings.ERROR)
                    ? settings.toString()
                    : settings + " (not present: error is used)";
        }

        void reportMissing() {
            if (!missing.equals(QuotaSettings.ERROR) && said.compareAndSet(false, true)) {
                LOG.warn(
                        "{}: quota-exceeded={}: no such strategy is present; error is used instead",
                        QuotaSettings.PID,
                        missing);
            }
        }
    }
}
