package im.restante.internal.administration;

import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsDescriptor.Key;
import im.restante.config.SettingsTrial;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Threads;
import java.io.IOException;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator what is configured: a line with the old and the new value of what is changed, and a warning for keys and PIDs
 * that nobody reads, which would otherwise be defaults in silence. What is refused is said by its reader, also what it finds out only
 * when it uses a value, such as a port that is taken.
 */
@Component(service = ConfigurationListener.class, immediate = true)
public final class ConfigurationWatch implements ConfigurationListener {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationWatch.class);
    private static final String OURS = "im.restante.";

    /** What others put beside the values of a configuration, unless a descriptor has it. */
    private static final List<String> NOT_VALUES = List.of("service.", "felix.fileinstall.", "org.apache.karaf.");

    /** Chooses a service for a reference of a component (DS). */
    private static final String TARGET = ".target";

    /** How long a reader may take to come, as when the server starts, before its PID counts as unread. */
    private static final long UNREAD_SECONDS = 30;

    private final ConfigurationAdmin configurations;
    private final ScheduledExecutorService executor;
    private final Consumer<String> info;
    private final Consumer<String> warning;
    private final Map<String, SettingsTrial> readers = new ConcurrentHashMap<>();
    // the rest: by the executor's thread alone
    /** The last values that their reader would take. */
    private final Map<String, Map<String, String>> configured = new HashMap<>();

    private final Map<String, List<String>> warned = new HashMap<>();
    private final Set<String> unread = new HashSet<>();

    @Activate
    public ConfigurationWatch(@Reference ConfigurationAdmin configurations) {
        this(
                configurations,
                Executors.newSingleThreadScheduledExecutor(Threads.daemons("restante-configuration")),
                LOG::info,
                LOG::warn);
    }

    ConfigurationWatch(
            ConfigurationAdmin configurations,
            ScheduledExecutorService executor,
            Consumer<String> info,
            Consumer<String> warning) {
        this.configurations = configurations;
        this.executor = executor;
        this.info = info;
        this.warning = warning;
    }

    @Activate
    void start() {
        later("all configurations", this::lookForUnread, UNREAD_SECONDS);
    }

    @Deactivate
    void stop() {
        executor.shutdownNow();
    }

    @Reference(
            service = SettingsTrial.class,
            target = "(" + SettingsTrial.PID + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindReader(SettingsTrial reader, Map<String, Object> properties) {
        String pid = String.valueOf(properties.get(SettingsTrial.PID));
        readers.put(pid, reader);
        later(pid, () -> check(pid), 0);
    }

    void unbindReader(SettingsTrial reader, Map<String, Object> properties) {
        readers.remove(String.valueOf(properties.get(SettingsTrial.PID)), reader);
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        String pid = event.getPid();
        if (pid.startsWith(OURS) && event.getType() != ConfigurationEvent.CM_LOCATION_CHANGED) {
            later(pid, () -> check(pid), 0);
            later(pid, this::lookForUnread, UNREAD_SECONDS);
        }
    }

    private interface Check {
        void run() throws IOException, InvalidSyntaxException;
    }

    private void later(String what, Check check, long seconds) {
        try {
            executor.schedule(() -> guarded(what, check), seconds, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("{} is not looked at: this bundle stops", what);
        }
    }

    private static void guarded(String what, Check check) {
        try {
            check.run();
        } catch (Throwable e) { // the reader may be anybody's, or its bundle gone
            OutOfMemory.endsProcess(e);
            LOG.debug("{} cannot be checked", what, e);
        }
    }

    private void lookForUnread() throws IOException, InvalidSyntaxException {
        for (Configuration configuration : present("(" + Constants.SERVICE_PID + "=" + OURS + "*)")) {
            String pid = configuration.getPid();
            if (!readers.containsKey(pid) && unread.add(pid)) {
                warning.accept("nothing here reads the configuration " + pid + ", or what reads it has refused it");
            }
        }
    }

    private Configuration[] present(String filter) throws IOException, InvalidSyntaxException {
        Configuration[] found = configurations.listConfigurations(filter);
        return found == null ? new Configuration[0] : found;
    }

    private void check(String pid) throws IOException, InvalidSyntaxException {
        SettingsTrial reader = readers.get(pid);
        if (reader == null) {
            return;
        }
        unread.remove(pid);
        Map<String, Object> values = new HashMap<>();
        for (Configuration configuration : present("(" + Constants.SERVICE_PID + "=" + pid + ")")) {
            Set<String> written =
                    values(reader.descriptor(), configuration.getProperties()).keySet();
            warnOfUnknown(pid, reader.descriptor(), written);
            values.putAll(values(reader.descriptor(), configuration.getProcessedProperties(null)));
        }
        Map<String, String> now = texts(reader.descriptor(), values);
        try {
            reader.judge(values);
        } catch (ConfigException e) {
            LOG.debug("{}; its reader has said so", e.getMessage());
            configured.putIfAbsent(pid, now); // the next one is a change all the same
            return;
        }
        Map<String, String> before = configured.put(pid, now);
        if (before != null && !before.equals(now)) {
            info.accept("configured " + pid + ": " + changes(reader.descriptor(), before, now));
        }
    }

    private void warnOfUnknown(String pid, SettingsDescriptor descriptor, Set<String> keys) {
        List<String> unknown = descriptor.unknown(keys);
        if (!unknown.equals(warned.put(pid, unknown))) {
            unknown.forEach(line -> warning.accept(pid + ": " + line));
        }
    }

    private static Map<String, Object> values(SettingsDescriptor descriptor, Dictionary<String, Object> properties) {
        Set<String> described = descriptor.keys().stream().map(Key::name).collect(Collectors.toSet());
        Map<String, Object> values = new HashMap<>();
        if (properties != null) {
            for (String key : Collections.list(properties.keys())) {
                if (described.contains(key)
                        || !key.endsWith(TARGET) && NOT_VALUES.stream().noneMatch(key::startsWith)) {
                    values.put(key, properties.get(key));
                }
            }
        }
        return values;
    }

    private static Map<String, String> texts(SettingsDescriptor descriptor, Map<String, ?> values) {
        Map<String, String> texts = new LinkedHashMap<>();
        descriptor.keys().forEach(key -> texts.put(key.name(), descriptor.textOf(key.name(), values)));
        return texts;
    }

    private static String changes(SettingsDescriptor descriptor, Map<String, String> before, Map<String, String> now) {
        return descriptor.keys().stream()
                .filter(key -> !now.get(key.name()).equals(before.get(key.name())))
                .map(key -> key.name() + "=" + shown(key, now) + " (was " + shown(key, before) + ")")
                .collect(Collectors.joining(", "));
    }

    private static String shown(Key key, Map<String, String> texts) {
        String text = texts.getOrDefault(key.name(), "");
        return text.isEmpty() ? "empty" : key.shown(text);
    }
}
