package im.restante.itests.karaf;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.maven;
import static org.ops4j.pax.exam.CoreOptions.vmOption;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import im.restante.account.Accounts;
import im.restante.itests.client.Container;
import im.restante.itests.client.MariaDb;
import im.restante.itests.client.PlainClient;
import im.restante.jid.Jid;
import im.restante.server.ServerEndpoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.inject.Inject;
import javax.security.auth.Subject;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.karaf.options.LogLevelOption;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;

/** A Karaf with the server in it, on a free port, and what a test does with it; the methods run inside it. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public abstract class KarafTest implements Container {
    static final Duration PATIENCE = Duration.ofSeconds(180);
    static final List<String> OURS = List.of(
            "im.restante.stream",
            "im.restante.store.jdbc",
            "im.restante.store.sqlite",
            "im.restante.accounts",
            "im.restante.filter",
            "im.restante.limits",
            "im.restante.quota",
            "im.restante.why",
            "im.restante.amp",
            "im.restante.delivery",
            "im.restante.migration",
            "im.restante.spi",
            "im.restante.roster",
            "im.restante.spool",
            "im.restante.routing",
            "im.restante.iq",
            "im.restante.administration",
            "im.restante.commands",
            "im.restante.shell",
            "im.restante.tls",
            "im.restante.sasl",
            "im.restante.stream.management",
            "im.restante.http",
            "im.restante.metrics",
            "im.restante.health",
            "im.restante.c2s");

    @Inject
    BundleContext context;

    /** What {@code bin/karaf} gives the JVM, since the container starts it without that script; no network, and no TLS. */
    static Option karaf(Option distribution) throws IOException {
        String version = System.getProperty("karaf.version");
        return composite(
                distribution,
                configureConsole().ignoreLocalConsole(),
                logLevel(LogLevelOption.LogLevel.INFO),
                editConfigurationFilePut("etc/org.apache.karaf.shell.cfg", "sshPort", Integer.toString(freePort())),
                editConfigurationFilePut("etc/org.ops4j.pax.url.mvn.cfg", "org.ops4j.pax.url.mvn.repositories", ""),
                editConfigurationFilePut("etc/im.restante.c2s.cfg", "port", "0"),
                editConfigurationFilePut("etc/im.restante.c2s.cfg", "tls", "off"),
                editConfigurationFilePut("etc/im.restante.http.cfg", "port", "0"),
                // as Container.patient() says
                editConfigurationFilePut("etc/im.restante.offline.cfg", "swap-timeout-seconds", "20"),
                editConfigurationFilePut("etc/im.restante.offline.cfg", "store-timeout-seconds", "30"),
                editConfigurationFilePut("etc/system.properties", "target", System.getProperty("target")),
                bundle(new File(System.getProperty("client")).toURI().toString()),
                composite(Stream.of(System.getProperty("restante.jvm", "").split(" "))
                        .filter(option -> !option.isBlank())
                        .map(option -> vmOption(option))
                        .toArray(Option[]::new)),
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

    /** A Karaf as Apache ships it. */
    static Option stockKaraf() throws IOException {
        return karaf(karafDistributionConfiguration()
                .frameworkUrl(maven("org.apache.karaf", "apache-karaf")
                        .version(System.getProperty("karaf.version"))
                        .type("tar.gz"))
                .karafVersion(System.getProperty("karaf.version"))
                .unpackDirectory(new File("target/exam"))
                .name("Apache Karaf"));
    }

    void makeAccounts() throws Exception {
        until("the server accepts connections", () -> context.getServiceReference(ServerEndpoint.class) != null);
        for (String name : List.of("juliet", "romeo")) {
            service(Accounts.class)
                    .create(Jid.of(name + "@" + DOMAIN), PASSWORD)
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    void leaveAndCollect(String body) throws Exception {
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

    @Override
    public PlainClient login(String name) throws Exception {
        Integer port = port();
        assertNotNull("no endpoint", port);
        return PlainClient.login(port, DOMAIN, name, PASSWORD);
    }

    boolean tryLogin() {
        try (PlainClient client = login("juliet")) {
            client.ping(DOMAIN, "up");
            return true;
        } catch (Exception | AssertionError e) {
            return false;
        }
    }

    Integer port() {
        ServiceReference<ServerEndpoint> endpoint = context.getServiceReference(ServerEndpoint.class);
        return endpoint == null ? null : (Integer) endpoint.getProperty(ServerEndpoint.PORT);
    }

    @Override
    public void configure(String pid, Map<String, String> values) throws Exception {
        service(ConfigurationAdmin.class).getConfiguration(pid, "?").update(Container.patient(pid, values));
    }

    @Override
    public <T> T service(Class<T> type) throws Exception {
        return Container.service(context, type, PATIENCE);
    }

    /** What a command of Karaf's shell prints to an administrator; it is waited for, since a Karaf that has just started has not all of them. */
    String shell(String command) throws Exception {
        SessionFactory shell = service(SessionFactory.class);
        String[] name = command.split("[: ]");
        until(command + " is known", () -> shell.getRegistry().getCommand(name[0], name[1]) != null);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream console = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Session session = shell.create(new ByteArrayInputStream(new byte[0]), console, console);
        try {
            Subject administrator = new Subject();
            administrator.getPrincipals().add(new RolePrincipal("admin"));
            Subject.doAs(administrator, (PrivilegedExceptionAction<Object>) () -> session.execute(command));
        } finally {
            session.close();
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    /** A MariaDB server, for as long as a test needs one. */
    static MariaDb mariaDb() throws IOException {
        return new MariaDb(Path.of(System.getProperty("target")), Path.of(System.getProperty("karaf.base"), "mariadb"));
    }

    static void until(String what, Callable<Boolean> condition) throws Exception {
        Container.until(what, PATIENCE, condition);
    }

    /** Below those that systems give to whoever connects, since Karaf takes it seconds later. */
    static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException e) { // so another one
            }
        }
    }
}
