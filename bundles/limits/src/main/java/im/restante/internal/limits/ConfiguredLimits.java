package im.restante.internal.limits;

import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsTrial;
import im.restante.delivery.ChosenStore;
import im.restante.health.HealthCheck;
import im.restante.health.HealthFinding;
import im.restante.internal.limits.AddressCounts.Counts;
import im.restante.internal.limits.Tries.Account;
import im.restante.jid.Jid;
import im.restante.limit.DiskSpace;
import im.restante.limit.Limits;
import im.restante.limit.Permission;
import im.restante.limit.Rates;
import im.restante.store.MessageStore;
import im.restante.store.OwnerLimit;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.osgi.framework.Constants;
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
 * The limits that configuration sets. What is counted is in memory, bounded, and under one lock that connecting and logging in take,
 * and reading a stanza does not.
 */
@Component(
        service = {Limits.class, DiskSpace.class, SettingsTrial.class, HealthCheck.class},
        immediate = true,
        configurationPid = LimitsSettings.PID,
        property = {SettingsTrial.PID + "=" + LimitsSettings.PID, HealthCheck.NAME + "=disk"})
public final class ConfiguredLimits implements Limits, DiskSpace, SettingsTrial, HealthCheck {
    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredLimits.class);

    /** What a login may be made to wait; it has to be over within {@code auth-timeout-seconds}. Beyond it is refused. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final AddressCounts addresses = new AddressCounts(); // guarded by lock
    private final Tries tries = new Tries(); // guarded by lock
    private final Map<Object, Named> stores = new ConcurrentHashMap<>();
    private final DiskWatch disk;
    private volatile ChosenStore chosen;
    private volatile LimitsSettings settings;

    /** A store that is present, by its service. */
    private record Named(String id, MessageStore store) {}

    @Activate
    public ConfiguredLimits(Map<String, Object> values) {
        this(values, DiskWatch::measure, System::nanoTime);
    }

    ConfiguredLimits(Map<String, ?> values, DiskWatch.Gauge gauge, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.disk = new DiskWatch(this::place, gauge, nanoTime);
        this.settings = LimitsSettings.of(values);
    }

    @Modified
    void modified(Map<String, Object> values) {
        try {
            settings = LimitsSettings.of(values);
            disk.changed();
        } catch (ConfigException e) {
            LOG.error("{}; the configuration before it stays in force", e.getMessage());
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setChosen(ChosenStore store) {
        chosen = store;
        disk.changed();
    }

    void unsetChosen(ChosenStore store) {
        if (chosen == store) { // a successor is bound before
            chosen = null;
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindStore(MessageStore store, Map<String, Object> properties) {
        stores.put(
                properties.get(Constants.SERVICE_ID),
                new Named(String.valueOf(properties.get(MessageStore.ID)), store));
        disk.changed();
    }

    void unbindStore(MessageStore store, Map<String, Object> properties) {
        stores.remove(properties.get(Constants.SERVICE_ID));
        disk.changed();
    }

    /** Where the store that takes new messages keeps them, if that is on a disk of this machine. */
    private Optional<Path> place() {
        ChosenStore now = chosen;
        return now == null
                ? Optional.empty()
                : stores.values().stream()
                        .filter(named -> named.id().equals(now.id()))
                        .findFirst()
                        .flatMap(named -> named.store().directory());
    }

    @Override
    public Level level() {
        return disk.level(settings);
    }

    @Override
    public List<HealthFinding> findings() {
        return switch (level()) {
            case ENOUGH -> List.of();
            case SCARCE ->
                List.of(HealthFinding.warning(
                        "the disk is over disk-warn-percent: mail from senders whom its recipient does"
                                + " not know is not stored; make room"));
            case EXHAUSTED ->
                List.of(HealthFinding.notReady(
                        "the disk is over disk-refuse-percent: no more mail is stored; make room"));
        };
    }

    @Override
    public SettingsDescriptor descriptor() {
        return LimitsSettings.DESCRIPTOR;
    }

    @Override
    public List<String> judge(Map<String, ?> values) {
        LimitsSettings.of(values);
        return List.of();
    }

    @Override
    public Permission connect(InetAddress client) {
        LimitsSettings now = settings;
        if (Network.anyContains(now.exempt(), client)) {
            present(client);
            return Permission.GRANTED;
        }
        long key = AddressCounts.key(client);
        long time = nanoTime.getAsLong();
        lock.lock();
        try {
            Counts counts = addresses.of(key, time);
            if (isReached(now.connectionsPerAddress(), counts.open())) {
                return Permission.refused("connections-per-address", "Too many connections from your address");
            }
            if (isOver(now.connectionsPerMinute(), counts.connections, time)) {
                return Permission.refused("connections-per-minute", "Too many new connections from your address");
            }
            take(now.connectionsPerMinute(), counts.connections, time);
            addresses.opened(key, time);
            return Permission.GRANTED;
        } finally {
            lock.unlock();
        }
    }

    /** Exempt ones count too: they may not be exempt any more when the configuration changes. */
    @Override
    public void present(InetAddress client) {
        lock.lock();
        try {
            addresses.opened(AddressCounts.key(client), nanoTime.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void disconnected(InetAddress client) {
        lock.lock();
        try {
            addresses.closed(AddressCounts.key(client), nanoTime.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Permission login(InetAddress client, Jid account) {
        LimitsSettings now = settings;
        if (now.loginsPerMinute() < 0 || Network.anyContains(now.exempt(), client)) {
            return Permission.GRANTED;
        }
        long key = AddressCounts.key(client);
        Account name = Account.of(account);
        lock.lock();
        try {
            long time = nanoTime.getAsLong();
            if (tries.isTrusted(name, key, time)) {
                return Permission.GRANTED;
            }
            Counts counts = addresses.of(key, time);
            long delay = tries.pause(name, key, time);
            long turn = counts.logins.pause(time, now.loginsPerMinute());
            if (delay > LONGEST_PAUSE.toNanos()) {
                return Permission.refused("login-delay", "Too many tries, come back later");
            }
            if (turn > LONGEST_PAUSE.toNanos()) {
                return Permission.refused("logins-per-minute", "Too many logins from your address");
            }
            long pause = Math.max(0, Math.max(delay, turn));
            counts.logins.take(time, now.loginsPerMinute());
            tries.tried(name, key, time + pause);
            return pause == 0 ? Permission.GRANTED : Permission.delayed(Duration.ofNanos(pause));
        } finally {
            lock.unlock();
        }
    }

    /** A try has been counted when it was asked for, so that many at once are many; a right one is given back. */
    @Override
    public void loginEnded(InetAddress client, Jid account, boolean right) {
        LimitsSettings now = settings;
        if (!right || now.loginsPerMinute() < 0 || Network.anyContains(now.exempt(), client)) {
            return;
        }
        long key = AddressCounts.key(client);
        Account name = Account.of(account);
        lock.lock();
        try {
            long time = nanoTime.getAsLong();
            if (!tries.isTrusted(name, key, time)) {
                addresses.of(key, time).logins.giveBack(now.loginsPerMinute());
            }
            tries.right(name, key, time);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Permission register(InetAddress client) {
        LimitsSettings now = settings;
        if (Network.anyContains(now.exempt(), client)) {
            return Permission.GRANTED;
        }
        lock.lock();
        try {
            long time = nanoTime.getAsLong();
            Counts counts = addresses.of(AddressCounts.key(client), time);
            if (isOver(now.registrationsPerMinute(), counts.registrations, time)) {
                return Permission.refused("registrations-per-minute", "Too many registrations from your address");
            }
            take(now.registrationsPerMinute(), counts.registrations, time);
            return Permission.GRANTED;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int accountsPerConnection() {
        return settings.accountsPerConnection();
    }

    @Override
    public Rates rates(InetAddress client) {
        LimitsSettings now = settings;
        return Network.anyContains(now.exempt(), client) ? Rates.NONE : now.rates();
    }

    @Override
    public int maxResources(Jid account) {
        return settings.maxResources();
    }

    @Override
    public OwnerLimit ownerLimit(Jid account) {
        return settings.ownerLimit();
    }

    @Override
    public long memoryBudgetBytes() {
        return settings.memoryBudgetBytes();
    }

    @Override
    public boolean isProxy(InetAddress peer) {
        return Network.anyContains(settings.proxies(), peer);
    }

    /** How much is kept: addresses, pairs and accounts. */
    int kept() {
        lock.lock();
        try {
            return addresses.size() + tries.size();
        } finally {
            lock.unlock();
        }
    }

    private static boolean isReached(int limit, int count) {
        return limit >= 0 && count >= limit;
    }

    private static boolean isOver(int perMinute, MinuteRate rate, long now) {
        return perMinute >= 0 && rate.pause(now, perMinute) > 0;
    }

    private static void take(int perMinute, MinuteRate rate, long now) {
        if (perMinute >= 0) {
            rate.take(now, perMinute);
        }
    }
}
