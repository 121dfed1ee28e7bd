package im.restante.internal.administration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsTrial;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;

class ConfigurationWatchTest {
    private static final String PID = "im.restante.test";
    private static final SettingsDescriptor TEST = SettingsDescriptor.of(PID, "Test", "For a test.")
            .number("window", 100, 1, 500, "How many.")
            .flag("journal", false, "Whether.")
            .secret(".password", "Psst.")
            .build();
    private static final SettingsTrial READER = new SettingsTrial() {
        @Override
        public SettingsDescriptor descriptor() {
            return TEST;
        }

        @Override
        public List<String> judge(Map<String, ?> values) {
            TEST.read(values);
            return List.of();
        }
    };
    private static final Map<String, Object> OF_PID = Map.of(SettingsTrial.PID, PID);

    /** Keeps what shall happen later, so that the test says when. */
    private static final class Later extends ScheduledThreadPoolExecutor {
        private final List<Runnable> tasks = new ArrayList<>();

        Later() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            if (isShutdown()) {
                throw new RejectedExecutionException();
            }
            if (delay == 0) {
                task.run();
            } else {
                tasks.add(task);
            }
            return null;
        }

        void pass() {
            List<Runnable> due = List.copyOf(tasks);
            tasks.clear();
            due.forEach(Runnable::run);
        }
    }

    private final Later later = new Later();
    private final List<String> lines = new ArrayList<>();
    private final Map<String, Map<String, Object>> saved = new TreeMap<>();
    /** What plug-ins of Config Admin make of it. */
    private final Map<String, Object> overlaid = new TreeMap<>();

    private final ConfigurationWatch watch = new ConfigurationWatch(
            (ConfigurationAdmin) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {ConfigurationAdmin.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "listConfigurations" -> listed((String) arguments[0]);
                        default -> throw new UnsupportedOperationException(method.getName());
                    }),
            later,
            line -> lines.add("info " + line),
            line -> lines.add("warn " + line));

    private Configuration[] listed(String filter) {
        String pid = filter.substring(filter.indexOf('=') + 1, filter.length() - 1);
        Configuration[] found = saved.entrySet().stream()
                .filter(entry -> pid.endsWith("*")
                        ? entry.getKey().startsWith(pid.substring(0, pid.length() - 1))
                        : entry.getKey().equals(pid))
                .map(entry -> configuration(entry.getKey(), entry.getValue()))
                .toArray(Configuration[]::new);
        return found.length == 0 ? null : found;
    }

    private Configuration configuration(String pid, Map<String, Object> values) {
        Dictionary<String, Object> properties = new Hashtable<>(values);
        properties.put("service.pid", pid);
        properties.put("felix.fileinstall.filename", "x.cfg");
        properties.put("service.ranking", 7);
        properties.put("Store.target", "(x=y)");
        Dictionary<String, Object> processed = new Hashtable<>(values);
        overlaid.forEach(processed::put);
        return (Configuration) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Configuration.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getPid" -> pid;
                    case "getProperties" -> properties;
                    case "getProcessedProperties" -> processed;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private void save(String pid, Map<String, Object> values) {
        saved.put(pid, values);
        watch.configurationEvent(event(ConfigurationEvent.CM_UPDATED, pid));
    }

    @SuppressWarnings("unchecked")
    private ConfigurationEvent event(int type, String pid) {
        return new ConfigurationEvent(
                (ServiceReference<ConfigurationAdmin>) Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {ServiceReference.class},
                        (proxy, method, arguments) -> {
                            throw new UnsupportedOperationException(method.getName());
                        }),
                type,
                null,
                pid);
    }

    private List<String> said() {
        List<String> all = List.copyOf(lines);
        lines.clear();
        return all;
    }

    @AfterEach
    void stop() {
        watch.stop();
    }

    @Test
    void aChangeIsOneLineWithOldAndNewValues() {
        watch.bindReader(READER, OF_PID);
        save(PID, Map.of("window", "50", "journal", "true"));
        assertEquals(
                List.of("info configured im.restante.test: window=50 (was 100), journal=true (was false)"), said());
        save(PID, Map.of("window", 50, "journal", true));
        assertEquals(List.of(), said(), "the same, by a program");
        save(PID, Map.of(".password", "swordfish"));
        assertEquals(
                List.of(
                        "info configured im.restante.test: window=100 (was 50), journal=false (was true), .password=... (was empty)"),
                said());
        saved.clear();
        watch.configurationEvent(event(ConfigurationEvent.CM_DELETED, PID));
        assertEquals(List.of("info configured im.restante.test: .password=empty (was ...)"), said());
    }

    @Test
    void whatIsRefusedIsNoChange() {
        watch.bindReader(READER, OF_PID);
        save(PID, Map.of("window", "0", "journal", "true"));
        assertEquals(List.of(), said());
        save(PID, Map.of("window", "7"));
        assertEquals(List.of("info configured im.restante.test: window=7 (was 100)"), said());
    }

    @Test
    void aMisspeltKeyIsSaidOnceWithTheOneThatMayBeMeant() {
        saved.put(PID, Map.of("windov", "50"));
        watch.bindReader(READER, OF_PID);
        assertEquals(List.of("warn im.restante.test: nothing here reads the key windov; is window meant?"), said());
        save(PID, Map.of("windov", "60"));
        assertEquals(List.of(), said());
        save(PID, Map.of("window", "60"));
        assertEquals(List.of("info configured im.restante.test: window=60 (was 100)"), said());
        save(PID, Map.of("windov", "60"));
        assertEquals(
                List.of(
                        "warn im.restante.test: nothing here reads the key windov; is window meant?",
                        "info configured im.restante.test: window=100 (was 60)"),
                said());
    }

    @Test
    void aPidWithoutAReaderIsSaidWhenItsReaderHadTimeToCome() {
        saved.put("im.restante.tset", Map.of("window", "50"));
        saved.put(PID, Map.of());
        saved.put("org.example", Map.of());
        watch.start();
        assertEquals(List.of(), said());
        watch.bindReader(READER, OF_PID);
        later.pass();
        assertEquals(
                List.of("warn nothing here reads the configuration im.restante.tset, or what reads it has refused it"),
                said());
        save("im.restante.tset", Map.of());
        later.pass();
        assertEquals(List.of(), said(), "once is enough");
    }

    @Test
    void whatAPluginLaysOverTheFileIsWhatCounts() {
        watch.bindReader(READER, OF_PID);
        overlaid.put("window", "30");
        overlaid.put("strange", "of the plug-in");
        save(PID, Map.of("window", "50"));
        assertEquals(List.of("info configured im.restante.test: window=30 (was 100)"), said());
    }

    @Test
    void whoComesWhileItStopsHearsNothing() {
        watch.stop();
        watch.bindReader(READER, OF_PID);
        save(PID, Map.of("window", "50"));
        assertEquals(List.of(), said());
    }

    @Test
    void aReaderThatIsReplacedForgetsNothing() {
        watch.bindReader(READER, OF_PID);
        watch.unbindReader(READER, OF_PID);
        save(PID, Map.of("window", "50"));
        assertEquals(List.of(), said(), "nobody is there to read it");
        watch.bindReader(READER, OF_PID);
        assertEquals(List.of("info configured im.restante.test: window=50 (was 100)"), said());
    }
}
