package im.restante.internal.tigase;

import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsTrial;
import im.restante.internal.support.Printable;
import im.restante.internal.tigase.Finding.Kind;
import im.restante.internal.tigase.InitFile.Stamp;
import java.io.IOException;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.cm.ConfigurationPlugin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lays what the file says over the configurations of other bundles, as they are delivered; none of them is changed. Follows the
 * file: a new state counts once it was seen twice, a second apart, so that a half-written file is not read.
 */
@Component(
        service = {ConfigurationPlugin.class, ConfigurationListener.class, SettingsTrial.class},
        immediate = true,
        configurationPid = InitFile.PID,
        property = {
            SettingsTrial.PID + "=" + InitFile.PID,
            // Those of TigaseSetting. Config Admin must not ask about our own PID while we wait for it.
            ConfigurationPlugin.CM_TARGET + "=im.restante.amp",
            ConfigurationPlugin.CM_TARGET + "=im.restante.filter",
            ConfigurationPlugin.CM_TARGET + "=im.restante.offline",
            ConfigurationPlugin.CM_TARGET + "=im.restante.quota",
            ConfigurationPlugin.CM_RANKING + ":Integer=1000" // the last one that may change values
        })
public final class Overlay implements ConfigurationPlugin, ConfigurationListener, SettingsTrial {
    private static final Logger LOG = LoggerFactory.getLogger(Overlay.class);
    private static final long GLANCE_SECONDS = 1;
    private static final long AFTER_DELETION_MILLIS = 500;

    private final BundleContext context;
    private final Redelivery redelivery;
    private final ScheduledThreadPoolExecutor watch;
    private final Map<String, String> overruled = new HashMap<>(); // only in the watch's thread
    private volatile InitFile file;
    private volatile Map<String, Map<String, String>> laid = Map.of();
    private Stamp read; // these two: in the watch's thread, once it runs
    private Stamp seen;
    private String trouble; // why it could not be read, said once

    @Activate
    public Overlay(BundleContext context, Map<String, Object> values, @Reference ConfigurationAdmin admin) {
        this.context = context;
        redelivery = new Redelivery(context, admin);
        watch = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "restante-tigase");
            thread.setDaemon(true);
            return thread;
        });
        file = InitFile.configured(context, values);
        // Now, not in the watch: whoever is configured after us shall see it from the beginning.
        Map<String, Map<String, String>> found = examine();
        laid = found == null ? Map.of() : found;
    }

    /** Starts to follow the file. Those who were configured before us are told first. */
    @Activate
    void start() {
        watch.execute(() -> laid.keySet().forEach(this::deliver));
        watch.scheduleWithFixedDelay(this::glance, GLANCE_SECONDS, GLANCE_SECONDS, TimeUnit.SECONDS);
    }

    @Modified
    void modified(Map<String, Object> values) {
        try {
            InitFile other = InitFile.configured(context, values);
            if (!other.equals(file)) {
                LOG.info("{} is read from now on, not {}", other.path(), file.path());
                file = other;
                watch.execute(this::reload);
            }
        } catch (ConfigException e) {
            LOG.error("{}; {} stays in force", e.getMessage(), file.path());
        }
    }

    @Override
    public SettingsDescriptor descriptor() {
        return InitFile.DESCRIPTOR;
    }

    @Override
    public List<String> judge(Map<String, ?> values) {
        InitFile.configured(context, values);
        return List.of();
    }

    @Deactivate
    void stop() throws InterruptedException {
        watch.shutdownNow();
        watch.awaitTermination(5, TimeUnit.SECONDS);
        Set<String> withdrawn = laid.keySet();
        laid = Map.of();
        // At the end of the server nobody shall work by other values for its last second.
        if (context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.ACTIVE) {
            withdrawn.forEach(this::deliver);
        }
    }

    @Override
    public void modifyConfiguration(ServiceReference<?> reference, Dictionary<String, Object> properties) {
        Map<String, String> values = laid.get(String.valueOf(properties.get(Constants.SERVICE_PID)));
        if (values != null) {
            values.forEach(properties::put);
        }
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        String pid = event.getPid();
        if (!laid.containsKey(pid)) {
            return;
        }
        try {
            if (event.getType() == ConfigurationEvent.CM_DELETED) {
                // Once SCR has taken note as well: it counts changes, and would take a new configuration for an old
                // one.
                watch.schedule(() -> deliver(pid), AFTER_DELETION_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                watch.execute(() -> sayWhatIsOverruled(pid));
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("already stopped");
        }
    }

    private void glance() {
        try {
            Stamp now = file.stamp();
            if (!now.equals(read) && now.equals(seen)) {
                reload();
            }
            seen = now;
        } catch (IOException e) {
            LOG.debug("{}: {}", file.path(), InitFile.reason(e)); // said when it is read
        } catch (RuntimeException e) {
            LOG.error("{}: cannot be followed at the moment", file.path(), e);
        }
    }

    private void reload() {
        Map<String, Map<String, String>> found = examine();
        if (found == null) {
            return;
        }
        Map<String, Map<String, String>> before = laid;
        laid = found;
        Set<String> pids = new TreeSet<>(before.keySet());
        pids.addAll(found.keySet());
        pids.removeIf(pid -> before.getOrDefault(pid, Map.of()).equals(found.getOrDefault(pid, Map.of())));
        pids.forEach(this::deliver);
    }

    /** What the file says now, and says so in the log; null if it is no good. */
    private Map<String, Map<String, String>> examine() {
        InitFile current = file;
        try {
            Stamp before = read;
            read = current.stamp();
            if (read.equals(Stamp.ABSENT)) {
                if (before != null && !before.equals(Stamp.ABSENT)) {
                    LOG.info("{} is gone: the configuration itself is in force", current.path());
                }
                return Map.of();
            }
            InitProperties content = current.read();
            if (!content.problems().isEmpty()) {
                LOG.error("{} is refused, what was in force stays: {}", current.path(), join(content.problems()));
                return null;
            }
            say(current, content.findings());
            trouble = null;
            return content.overlay();
        } catch (IOException e) {
            read = null; // a permission that is given later changes no time stamp
            if (!InitFile.reason(e).equals(trouble)) {
                trouble = InitFile.reason(e);
                LOG.error("{} cannot be read, what was in force stays: {}", current.path(), trouble);
            }
            return null;
        }
    }

    private static void say(InitFile file, List<Finding> findings) {
        for (Finding finding : findings) {
            switch (finding.kind()) {
                case SETS, NOTICE -> LOG.info("{}, {}", file.path(), finding.sentence());
                case WARNING -> LOG.warn("{}, {}", file.path(), finding.sentence());
                default -> {} // together, below
            }
        }
        String ignored = findings.stream()
                .filter(finding -> finding.kind() == Kind.IGNORES)
                .map(Finding::sentence)
                .collect(Collectors.joining("; "));
        if (!ignored.isEmpty()) {
            LOG.info("{}, ignored: {}", file.path(), ignored);
        }
    }

    private void deliver(String pid) {
        try {
            redelivery.deliver(pid, laid.containsKey(pid));
            sayWhatIsOverruled(pid);
        } catch (IOException | RuntimeException e) {
            LOG.error("{}: cannot be delivered again: a change of {} is not in force there", pid, file.path(), e);
        }
    }

    /** Once for each value: an operator who edits a {@code .cfg} would wonder otherwise. */
    private void sayWhatIsOverruled(String pid) {
        Map<String, String> ours = laid.getOrDefault(pid, Map.of());
        try {
            Configuration configuration = redelivery.configured(pid);
            Dictionary<String, Object> theirs = configuration == null ? null : configuration.getProperties();
            ours.forEach((key, value) -> {
                Object other = theirs == null ? null : theirs.get(key);
                String said = other == null || other.toString().strip().equals(value) ? null : other + " < " + value;
                if (said == null) {
                    overruled.remove(pid + " " + key);
                } else if (!said.equals(overruled.put(pid + " " + key, said))) {
                    LOG.info(
                            "{}: {}={} is overruled by {}, which says {}",
                            pid,
                            key,
                            Printable.line(other),
                            file.path(),
                            Printable.line(value));
                }
            });
        } catch (IOException | IllegalStateException e) {
            LOG.debug("{}: cannot tell what is overruled", pid, e);
        }
    }

    private static String join(List<String> problems) {
        return String.join("; ", problems);
    }
}
