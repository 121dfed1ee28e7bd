package im.restante.internal.tigase;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** A real framework with Config Admin, a component runtime, File Install if wanted, and the bundle under test. */
final class Framework implements AutoCloseable {
    private static final Path BUNDLES = Path.of(System.getProperty("bundles", ""));
    private static final Path TIGASE = Path.of(System.getProperty("bundle.tigase", ""));

    private final org.osgi.framework.launch.Framework framework;
    final Path home;

    /**
     * @param karaf whether, as in Karaf, File Install writes changed configurations into their files, and Config Admin keeps them;
     *              otherwise neither, as in the standalone server
     */
    Framework(Path home, String scr, boolean karaf) throws BundleException, IOException {
        this.home = home;
        Files.createDirectories(etc());
        Map<String, String> settings = new HashMap<>();
        settings.put(Constants.FRAMEWORK_STORAGE, home.resolve("cache").toString());
        settings.put(
                Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                "org.slf4j;version=1.7.36,im.restante.config;version=1.0.0,org.osgi.service.cm;version=1.6.1");
        settings.put("restante.home", home.toString());
        settings.put("felix.log.level", "1");
        if (!karaf) {
            settings.put("felix.cm.pm", "memory");
        }
        settings.put("felix.fileinstall.dir", etc().toString());
        settings.put("felix.fileinstall.filter", ".*\\.cfg");
        settings.put("felix.fileinstall.noInitialDelay", "true");
        // Where it saves, File Install 3.7.4 may look while it is writing itself, find the file empty, and empty it:
        // only once then.
        settings.put("felix.fileinstall.poll", karaf ? "600000" : "200");
        settings.put("felix.fileinstall.log.level", "1");
        settings.put("felix.fileinstall.enableConfigSave", Boolean.toString(karaf));
        framework = ServiceLoader.load(FrameworkFactory.class).iterator().next().newFramework(settings);
        framework.start();
        start(jar("org.apache.felix.configadmin"));
        start(jar("org.apache.felix.fileinstall"));
        install(jar("org.osgi.util.function"));
        install(jar("org.osgi.util.promise"));
        install(jar("org.osgi.service.component"));
        start(BUNDLES.resolve("org.apache.felix.scr-" + scr + ".jar"));
    }

    Path etc() {
        return home.resolve("etc");
    }

    Bundle startTigase() throws BundleException {
        return start(TIGASE);
    }

    /** A component of that PID. */
    void startProbe(String pid) throws BundleException, IOException {
        String component =
                "<scr:component xmlns:scr=\"http://www.osgi.org/xmlns/scr/v1.3.0\" name=\"probe\" immediate=\"true\""
                        + " configuration-pid=\"" + pid + "\" activate=\"configured\" modified=\"configured\">"
                        + "<property name=\"probe\" value=\"" + pid + "\"/>"
                        + "<service><provide interface=\"java.util.function.Supplier\"/></service>"
                        + "<implementation class=\"" + Probe.class.getName() + "\"/></scr:component>";
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        headers.putValue(Constants.BUNDLE_SYMBOLICNAME, "probe." + pid);
        headers.putValue("Service-Component", "OSGI-INF/probe.xml");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest);
                InputStream type = Probe.class.getResourceAsStream("Probe.class")) {
            jar.putNextEntry(new JarEntry("OSGI-INF/probe.xml"));
            jar.write(component.getBytes(StandardCharsets.UTF_8));
            jar.putNextEntry(new JarEntry(Probe.class.getName().replace('.', '/') + ".class"));
            type.transferTo(jar);
        }
        context()
                .installBundle("probe:" + pid, new ByteArrayInputStream(bytes.toByteArray()))
                .start();
    }

    /** What the probe was given last for a key; null for nothing. */
    Object given(String pid, String key) {
        try {
            for (ServiceReference<?> reference :
                    context().getServiceReferences(Supplier.class, "(probe=" + pid + ")")) {
                return ((Map<?, ?>) ((Supplier<?>) context().getService(reference)).get()).get(key);
            }
            throw new AssertionError("no probe for " + pid);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(pid, e);
        }
    }

    /** What is configured, without plugins; null if nothing is. */
    Configuration configuration(String pid) throws IOException, InvalidSyntaxException {
        ConfigurationAdmin admin = context().getService(context().getServiceReference(ConfigurationAdmin.class));
        Configuration[] found = admin.listConfigurations("(service.pid=" + pid + ")");
        return found == null ? null : found[0];
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    private Bundle start(Path file) throws BundleException {
        Bundle bundle = install(file);
        bundle.start();
        return bundle;
    }

    private Bundle install(Path file) throws BundleException {
        return context().installBundle(file.toUri().toString());
    }

    private static Path jar(String name) throws IOException {
        try (var files = Files.list(BUNDLES)) {
            return files.filter(file -> file.getFileName().toString().startsWith(name + "-"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(name + " is not in " + BUNDLES));
        }
    }

    @Override
    public void close() throws BundleException {
        framework.stop();
        try {
            framework.waitForStop(TimeUnit.SECONDS.toMillis(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
