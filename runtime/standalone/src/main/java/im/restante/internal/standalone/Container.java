package im.restante.internal.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The OSGi framework with the bundles of the jar. What it and the bundle {@code im.restante.standalone} say to each other are
 * services of JDK types with the property {@code restante.task}, since their classes are not shared.
 */
final class Container implements AutoCloseable {
    /** What takes the messages of all others; the framework's first level. */
    private static final int LOGGING = 1;
    /** Everything but the connections of clients. */
    static final int WITHOUT_CLIENTS = 10;
    /** Everything. */
    static final int WHOLE = 20;

    /** How the bundle marks a refused value. */
    private static final String CONFIGURATION = "configuration: ";

    private static final Duration STOPPING = Duration.ofSeconds(20);
    private static final Duration GLANCE = Duration.ofMillis(20);

    private final Home home;
    private final String buildId;
    private final Path mark;
    private final boolean fresh;
    private final Framework framework;
    private volatile boolean closing;
    private final List<String> errors = new CopyOnWriteArrayList<>();

    Container(Home home) {
        this.home = home;
        this.buildId = Contents.buildId();
        this.mark = home.cache().resolve("build-id");
        this.fresh = !isInstalled();
        this.framework = new FrameworkFactory().newFramework(properties());
    }

    /** Whether the cache holds the bundles of this very jar. */
    private boolean isInstalled() {
        try {
            return Files.readString(mark).equals(buildId);
        } catch (IOException e) {
            return false;
        }
    }

    /** Starts all bundles up to a start level; returns when they were started, or could not be. */
    void start(int level) throws Refusal {
        try {
            if (fresh) {
                Files.deleteIfExists(mark);
            }
            framework.init();
            framework.getBundleContext().addFrameworkListener(this::note);
            framework.start();
            if (fresh) {
                install();
                Files.writeString(mark, buildId);
            }
            framework.adapt(FrameworkWiring.class).resolveBundles(null); // once is cheaper than one by one
            CountDownLatch reached = new CountDownLatch(1);
            framework.adapt(FrameworkStartLevel.class).setStartLevel(level, event -> {
                note(event);
                if (event.getType() == FrameworkEvent.STARTLEVEL_CHANGED) {
                    reached.countDown();
                }
            });
            reached.await();
        } catch (IOException | BundleException e) {
            throw Refusal.failed("the framework does not start: " + Refusals.reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.failed("interrupted");
        }
    }

    private Map<String, String> properties() {
        String root = home.root().toString();
        System.setProperty("restante.home", root);
        Map<String, String> p = new HashMap<>();
        p.put("restante.home", root);
        if (home.openness() != null) {
            p.put("restante.home.open", home.openness());
        }
        p.put(Constants.FRAMEWORK_STORAGE, home.cache().toString());
        if (fresh) {
            p.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        }
        p.put("felix.log.level", "1");
        // Felix would walk the stack at each service event to guess who may see more of the JVM than it imports.
        p.put("felix.bootdelegation.implicit", "false");
        p.put(Constants.FRAMEWORK_BOOTDELEGATION, "sun.*,com.sun.*"); // as in Karaf
        p.put("felix.service.urlhandlers", "false"); // nobody makes a bundle: URL out of text
        p.put("felix.cache.locking", "false"); // the home is locked
        // Configuration is what the files say now, never what they said before the server stopped.
        p.put("felix.cm.pm", "memory");
        p.put("felix.fileinstall.dir", home.etc() + "," + home.deploy());
        p.put("felix.fileinstall.tmpdir", home.cache().resolve("fileinstall").toString());
        p.put("felix.fileinstall.noInitialDelay", "true");
        p.put("felix.fileinstall.poll", "1000");
        p.put("felix.fileinstall.log.level", "1");
        p.put("felix.fileinstall.configEncoding", "UTF-8");
        p.put("felix.fileinstall.enableConfigSave", "false");
        p.put("felix.fileinstall.start.level", Integer.toString(WITHOUT_CLIENTS));
        p.put("ds.global.extender", "false");
        p.put("org.ops4j.pax.logging.DefaultServiceLog.level", "ERROR"); // until the backend is there
        p.put(
                "org.ops4j.pax.logging.logback.config.file",
                home.etc().resolve("logback.xml").toString());
        p.put(
                "org.ops4j.pax.logging.StaticLogbackFile",
                home.etc().resolve("logback.xml").toString());
        p.put("org.ops4j.pax.logging.service.frameworkEventsLogLevel", "ERROR");
        return p;
    }

    /** Starts the logging, which takes as long as the installation of all others, while that goes on. */
    private void install() throws IOException, BundleException, InterruptedException {
        List<Bundle> logging = new ArrayList<>();
        Thread starting = new Thread(() -> logging.forEach(this::startOrNote), "restante-logging");
        for (Contents.Part part : Contents.parts()) {
            boolean logs = part.level() == LOGGING;
            if (!logs && !logging.isEmpty() && starting.getState() == Thread.State.NEW) {
                starting.start();
            }
            Bundle bundle = install(part);
            if (logs) {
                logging.add(bundle);
            } else {
                bundle.start(Bundle.START_ACTIVATION_POLICY); // for later: its level is not reached
            }
        }
        starting.join();
    }

    private Bundle install(Contents.Part part) throws IOException, BundleException {
        try (InputStream in = part.open()) {
            Bundle bundle = framework.getBundleContext().installBundle("restante:" + part.file(), in);
            bundle.adapt(BundleStartLevel.class).setStartLevel(part.level());
            return bundle;
        }
    }

    private void startOrNote(Bundle bundle) {
        try {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
        } catch (BundleException e) {
            errors.add(bundle.getSymbolicName() + ": " + Refusals.reason(e));
        }
    }

    private void note(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.ERROR) {
            errors.add(event.getBundle().getSymbolicName() + ": " + Refusals.reason(event.getThrowable()));
        }
    }

    /**
     * What a task of {@code im.restante.standalone} offers, waited for as long as nothing says that it will not come.
     *
     * @throws Refusal with {@link Refusal#USAGE} if a component refused its configuration
     */
    <T> T await(Class<T> type, String task, Duration patience) throws Refusal {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            T found = find(type, task);
            refuseBadConfiguration();
            if (found != null) {
                return found;
            }
            if (System.nanoTime() > end || closing) {
                throw Refusal.failed("not ready: " + String.join("; ", problems()));
            }
            pause();
        }
    }

    private void refuseBadConfiguration() throws Refusal {
        String refused = problems().stream()
                .filter(problem -> problem.startsWith(CONFIGURATION))
                .map(problem -> problem.substring(CONFIGURATION.length()))
                .distinct()
                .collect(Collectors.joining("; "));
        if (!refused.isEmpty()) {
            throw Refusal.usage(refused);
        }
    }

    /** What keeps the server from working, the weightiest first. */
    private List<String> problems() {
        List<String> all = new ArrayList<>(errors);
        Supplier<?> components = find(Supplier.class, "problems");
        if (components != null) {
            for (Object line : (List<?>) components.get()) {
                all.add(line.toString());
            }
        }
        return all;
    }

    private <T> T find(Class<T> type, String task) {
        BundleContext context = framework.getBundleContext();
        if (context == null) {
            return null;
        }
        try {
            for (ServiceReference<T> reference : context.getServiceReferences(type, "(restante.task=" + task + ")")) {
                return context.getService(reference);
            }
            return null;
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(task, e);
        }
    }

    private static void pause() throws Refusal {
        try {
            Thread.sleep(GLANCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.failed("interrupted");
        }
    }

    /** Returns when the framework has stopped, whoever stopped it. */
    void awaitStop() {
        try {
            framework.waitForStop(0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isClosing() {
        return closing;
    }

    /**
     * Stops the bundles, the last started first. Does nothing if that was done. What they say of each other's absence is for the
     * log file only.
     */
    @Override
    public void close() {
        closing = true;
        HeldWarnings farewells = new HeldWarnings();
        try {
            if (framework.getState() == Bundle.ACTIVE) {
                // Level by level: at a plain stop of the framework SCR ends all components at once, in an order of its
                // own.
                lower();
            }
            framework.stop();
            framework.waitForStop(STOPPING.toMillis());
        } catch (BundleException e) {
            Program.ERR.println("restante: the framework does not stop: " + Refusals.reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            farewells.drop();
        }
    }

    private void lower() throws InterruptedException {
        CountDownLatch lowered = new CountDownLatch(1);
        framework.adapt(FrameworkStartLevel.class).setStartLevel(1, event -> lowered.countDown());
        lowered.await(STOPPING.toSeconds(), TimeUnit.SECONDS);
    }
}
