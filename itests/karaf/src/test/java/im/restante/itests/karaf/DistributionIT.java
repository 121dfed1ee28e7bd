package im.restante.itests.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.options;
import static org.ops4j.pax.exam.CoreOptions.vmOption;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import im.restante.account.Accounts;
import im.restante.itests.client.PlainClient;
import im.restante.jid.Jid;
import im.restante.quota.QuotaService;
import im.restante.server.ServerEndpoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.karaf.options.LogLevelOption;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;

/** Our Karaf distribution, unpacked and started; these methods run inside it. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class DistributionIT {
    private static final String DOMAIN = "localhost";
    private static final String PASSWORD = "wherefore";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> OURS = List.of(
            "im.restante.stream",
            "im.restante.store.jdbc",
            "im.restante.store.sqlite",
            "im.restante.accounts",
            "im.restante.filter",
            "im.restante.quota",
            "im.restante.delivery",
            "im.restante.session",
            "im.restante.iq",
            "im.restante.shell",
            "im.restante.c2s");

    @Inject
    private BundleContext context;

    /** What {@code bin/karaf} gives the JVM; the container starts it without that script. */
    @Configuration
    public Option[] karaf() throws IOException {
        String version = System.getProperty("karaf.version");
        return options(
                karafDistributionConfiguration()
                        .frameworkUrl(new File(System.getProperty("distribution"))
                                .toURI()
                                .toString())
                        .karafVersion(version)
                        .name("Restante")
                        .unpackDirectory(new File("target/exam"))
                        .useDeployFolder(false),
                configureConsole().ignoreLocalConsole(),
                logLevel(LogLevelOption.LogLevel.INFO),
                editConfigurationFilePut("etc/org.apache.karaf.shell.cfg", "sshPort", Integer.toString(freePort())),
                editConfigurationFilePut("etc/org.ops4j.pax.url.mvn.cfg", "org.ops4j.pax.url.mvn.repositories", ""),
                editConfigurationFilePut("etc/im.restante.c2s.cfg", "port", "0"),
                editConfigurationFilePut("etc/im.restante.c2s.cfg", "tls", "off"),
                editConfigurationFilePut("etc/system.properties", "sample", System.getProperty("sample")),
                bundle(new File(System.getProperty("client")).toURI().toString()),
                composite(Stream.of(
                                "--add-reads=java.xml=java.logging",
                                "--add-exports=java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED",
                                "--patch-module",
                                "java.base=lib/endorsed/org.apache.karaf.specs.locator-" + version + ".jar",
                                "--patch-module",
                                "java.xml=lib/endorsed/org.apache.karaf.specs.java.xml-" + version + ".jar",
                                "--add-opens=java.base/java.security=ALL-UNNAMED",
                                "--add-opens=java.base/java.net=ALL-UNNAMED",
                                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                                "--add-opens=java.base/java.util=ALL-UNNAMED",
                                "--add-opens=java.naming/javax.naming.spi=ALL-UNNAMED",
                                "--add-opens=java.rmi/sun.rmi.transport.tcp=ALL-UNNAMED",
                                "--add-exports=java.base/sun.net.www.protocol.file=ALL-UNNAMED",
                                "--add-exports=java.base/sun.net.www.protocol.ftp=ALL-UNNAMED",
                                "--add-exports=java.base/sun.net.www.protocol.http=ALL-UNNAMED",
                                "--add-exports=java.base/sun.net.www.protocol.https=ALL-UNNAMED",
                                "--add-exports=java.base/sun.net.www.protocol.jar=ALL-UNNAMED",
                                "--add-exports=java.base/sun.net.www.content.text=ALL-UNNAMED",
                                "--add-exports=jdk.naming.rmi/com.sun.jndi.url.rmi=ALL-UNNAMED",
                                "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
                                "--add-exports=java.security.sasl/com.sun.security.sasl=ALL-UNNAMED",
                                "--enable-native-access=ALL-UNNAMED",
                                "-classpath",
                                "lib/jdk9plus/*" + File.pathSeparator + "lib/boot/*")
                        .map(option -> vmOption(option))
                        .toArray(Option[]::new)));
    }

    @Before
    public void accounts() throws Exception {
        until("the server accepts connections", () -> context.getServiceReference(ServerEndpoint.class) != null);
        for (String name : List.of("juliet", "romeo")) {
            service(Accounts.class)
                    .create(Jid.of(name + "@" + DOMAIN), PASSWORD)
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    public void theFeaturesBringCommentedConfigurationFiles() throws Exception {
        File etc = new File(System.getProperty("karaf.etc"));
        for (String pid : List.of("accounts", "c2s", "offline", "quota", "store.sqlite")) {
            assertTrue(pid, new File(etc, "im.restante." + pid + ".cfg").isFile());
        }
    }

    @Test
    public void aMessageToSomebodyAwayIsStoredAndDrained() throws Exception {
        leaveAndCollect("it is the east");
    }

    @Test
    public void aChangeOfConfigurationReachesTheQuota() throws Exception {
        Jid romeo = Jid.of("romeo@" + DOMAIN);
        configure("im.restante.quota", Map.of("store-limit", "3"));
        until(
                "the limit is 3",
                () -> service(QuotaService.class)
                                .terms(romeo, romeo)
                                .toCompletableFuture()
                                .join()
                                .admission()
                                .limit()
                        == 3);
        configure("im.restante.quota", Map.of());
        until(
                "the limit is 100",
                () -> service(QuotaService.class)
                                .terms(romeo, romeo)
                                .toCompletableFuture()
                                .join()
                                .admission()
                                .limit()
                        == 100);
    }

    @Test
    public void theServerRecoversWhenABundleComesBack() throws Exception {
        for (String name : OURS) {
            Bundle bundle = Stream.of(context.getBundles())
                    .filter(one -> name.equals(one.getSymbolicName()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no bundle " + name));
            bundle.stop();
            bundle.start();
            assertEquals(name, Bundle.ACTIVE, bundle.getState());
            until(name + " back, connections are accepted", () -> port() != null && tryLogin());
            leaveAndCollect("after " + name + " came back");
        }
    }

    @Test
    public void theCommandsRunInTheShell() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream console = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Session session = service(SessionFactory.class).create(new ByteArrayInputStream(new byte[0]), console, console);
        try {
            session.execute("restante:user-list");
        } finally {
            session.close();
        }
        assertTrue(printed.toString(StandardCharsets.UTF_8).contains("juliet@" + DOMAIN));
    }

    @Test
    public void theBundleOfAThirdPartyIsUsedWhileItIsThere() throws Exception {
        Bundle sample = context.installBundle(
                new File(System.getProperty("sample")).toURI().toString());
        sample.start();
        configure("im.restante.offline", Map.of("store", "memory"));
        configure("im.restante.quota", Map.of("store-limit", "1", "quota-exceeded", "patient"));
        try (PlainClient juliet = login("juliet");
                PlainClient romeo = login("romeo")) {
            until("the strategy and the store are used", () -> isAskedToBePatient(juliet));
            romeo.send("<iq type='get' id='w'><waiting xmlns='urn:example:waiting'/></iq>");
            String waiting = romeo.await("<iq.*?</iq>");
            assertTrue(waiting, waiting.contains("type='result'"));
            romeo.send("<presence/>");
            romeo.await("<message.*?</message>");
            romeo.ping(DOMAIN, "read");
        } finally {
            configure("im.restante.offline", Map.of());
            configure("im.restante.quota", Map.of());
            sample.uninstall();
        }
        leaveAndCollect("without the sample");
    }

    private static boolean isAskedToBePatient(PlainClient juliet) throws IOException {
        for (int i = 0; i < 2; i++) {
            juliet.send("<message to='romeo@localhost'><urgent xmlns='urn:example:urgent'/></message>");
        }
        juliet.send("<iq type='get' id='judged' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
        return juliet.await(".*<iq[^>]*id=.judged.*?>").contains("of your messages wait already");
    }

    private void leaveAndCollect(String body) throws Exception {
        try (PlainClient juliet = login("juliet")) {
            juliet.message("romeo@" + DOMAIN, body);
            juliet.ping(DOMAIN, "stored");
        }
        try (PlainClient romeo = login("romeo")) {
            romeo.send("<presence/>");
            String message = romeo.await("<message.*?</message>");
            assertTrue(message, message.contains(body));
            assertTrue(message, message.contains("urn:xmpp:delay"));
            romeo.ping(DOMAIN, "collected");
        }
        try (PlainClient romeo = login("romeo")) {
            romeo.send("<presence/>");
            romeo.send("<iq type='get' id='nothing' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
            String rest = romeo.await(".*<iq[^>]*id=.nothing.*?>");
            assertFalse(rest, rest.contains("<message"));
        }
    }

    private PlainClient login(String name) throws Exception {
        Integer port = port();
        assertNotNull("no endpoint", port);
        return PlainClient.login(port, DOMAIN, name, PASSWORD);
    }

    private boolean tryLogin() {
        try (PlainClient client = login("juliet")) {
            client.ping(DOMAIN, "up");
            return true;
        } catch (Exception | AssertionError e) {
            return false;
        }
    }

    private Integer port() {
        ServiceReference<ServerEndpoint> endpoint = context.getServiceReference(ServerEndpoint.class);
        return endpoint == null ? null : (Integer) endpoint.getProperty(ServerEndpoint.PORT);
    }

    private void configure(String pid, Map<String, String> values) throws Exception {
        service(ConfigurationAdmin.class).getConfiguration(pid, "?").update(new Hashtable<>(values));
    }

    private <T> T service(Class<T> type) throws Exception {
        until(type.getName() + " is there", () -> context.getServiceReference(type) != null);
        return context.getService(context.getServiceReference(type));
    }

    private static void until(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
