package im.restante.store.jdbc;

import im.restante.account.UserRepository;
import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsTrial;
import im.restante.health.HealthCheck;
import im.restante.metric.MetricSource;
import im.restante.store.MessageArchive;
import im.restante.store.MessageStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The component of an engine: registers an {@link SqlStore} as {@link MessageStore} and {@link UserRepository}, and its {@link MessageArchive}, for as long as its
 * configuration names a database, whether or not that can be used. A change opens another store; a bad value leaves the last good
 * configuration in force.
 *
 * <p>An engine extends this class with a component that provides no service by itself ({@code service = {}}), is immediate, and
 * calls {@link #open} in its constructor. The methods annotated here are found if its bundle is built with {@code
 * -dsannotations-options: inherit}.
 *
 * @param <S> what the engine reads from its configuration; two that are equal name the same database in the same way
 */
@ConsumerType
public abstract class ConfiguredStore<S> implements SettingsTrial {
    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredStore.class);

    private final BundleContext context;
    private final SettingsDescriptor descriptor;
    private final String storeId;
    private Configuration<S> inForce;
    private SqlStore store;
    /** The newest first. */
    private final Deque<ServiceRegistration<?>> registrations = new ArrayDeque<>();

    private ServiceRegistration<SettingsTrial> trial;

    private record Configuration<S>(S settings, int ranking) {}

    /**
     * For the component's constructor.
     *
     * @param descriptor of the engine's PID, with the key of {@link #ranking}
     * @param storeId    the {@code store.id}
     */
    protected ConfiguredStore(BundleContext context, SettingsDescriptor descriptor, String storeId) {
        this.context = context;
        this.descriptor = descriptor;
        this.storeId = storeId;
    }

    /** Adds the key for the ranking of the store to those of an engine. */
    protected static SettingsDescriptor.Builder ranking(SettingsDescriptor.Builder engine, int byDefault) {
        return engine.number(
                Constants.SERVICE_RANKING,
                byDefault,
                Integer.MIN_VALUE,
                Integer.MAX_VALUE,
                "Where no store is chosen by name, the one of the highest ranking is used.");
    }

    @Override
    public final SettingsDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public final List<String> judge(Map<String, ?> values) {
        read(values);
        return List.of();
    }

    /** Empty if there shall be no store. @throws ConfigException for a value that is not usable */
    protected abstract Optional<S> settings(Map<String, ?> properties);

    /** Not yet started; its connections are opened by its threads. */
    protected abstract SqlStore storeFor(S settings);

    /** For the engine's constructor. @throws ConfigException for a value that is not usable */
    protected final void open(Map<String, ?> properties) {
        use(read(properties));
        // By hand: a component's service would show the url, which may have a password, to everybody.
        Dictionary<String, Object> ofPid = new Hashtable<>(Map.of(SettingsTrial.PID, descriptor.pid()));
        try {
            trial = context.registerService(SettingsTrial.class, this, ofPid);
        } catch (RuntimeException e) { // the bundle is being stopped
            close();
            throw e;
        }
    }

    @Modified
    public final void modified(Map<String, Object> properties) {
        Optional<Configuration<S>> next;
        try {
            next = read(properties);
        } catch (ConfigException e) {
            LOG.error("{}. The last good configuration stays in force", e.getMessage());
            return;
        }
        if (inForce == null || !next.equals(Optional.of(inForce))) {
            close();
            use(next);
        }
    }

    @Deactivate
    public final void stop() {
        try {
            trial.unregister();
        } finally {
            close();
        }
    }

    private void close() {
        if (store != null) {
            try {
                unregister();
            } finally {
                store.close();
                store = null;
                inForce = null;
            }
        }
    }

    private void unregister() {
        while (!registrations.isEmpty()) {
            try {
                registrations.pop().unregister();
            } catch (IllegalStateException e) {
                LOG.debug("the bundle is being stopped, and its services with it", e);
            }
        }
    }

    private Optional<Configuration<S>> read(Map<String, ?> properties) {
        int ranking = descriptor.read(properties).integer(Constants.SERVICE_RANKING);
        return settings(properties).map(settings -> new Configuration<>(settings, ranking));
    }

    private void use(Optional<Configuration<S>> configuration) {
        if (configuration.isEmpty()) {
            LOG.info("No store {}: {} names no database", storeId, descriptor.pid());
            return;
        }
        Configuration<S> next = configuration.get();
        SqlStore opened = storeFor(next.settings());
        opened.start();
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(MessageStore.ID, storeId);
        properties.put(Constants.SERVICE_RANKING, next.ranking());
        properties.put(HealthCheck.NAME, "store-" + storeId);
        try {
            registrations.push(context.registerService(
                    new String[] {MetricSource.class.getName(), HealthCheck.class.getName()},
                    opened.report(),
                    properties));
            registrations.push(context.registerService(
                    MessageArchive.class, opened.archive().orElseThrow(), properties));
            registrations.push(context.registerService(
                    new String[] {MessageStore.class.getName(), UserRepository.class.getName()}, opened, properties));
        } catch (RuntimeException e) { // the bundle is being stopped
            unregister();
            opened.close();
            throw e;
        }
        store = opened;
        inForce = next; // last: what failed is tried again when the same is configured once more
    }
}
