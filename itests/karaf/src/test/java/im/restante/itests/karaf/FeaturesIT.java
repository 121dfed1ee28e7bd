package im.restante.itests.karaf;

import static java.util.stream.Collectors.toCollection;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;

import im.restante.itests.client.MariaDb;
import im.restante.itests.client.PlainClient;
import im.restante.jid.Jid;
import im.restante.store.MessageStore;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/**
 * A running Karaf as Apache ships it, into which our features are installed from a Maven repository, as the README of features says.
 * The repository is what is in our KAR: there is no network.
 */
public class FeaturesIT extends KarafTest {
    private static final String MARIADB = "im.restante.store.mariadb";
    private static final String WAITING = "it waits on MariaDB";

    @Configuration
    public Option[] stock() throws IOException {
        Path repository = new File("target/repository").toPath().toAbsolutePath();
        unpack(Path.of(System.getProperty("kar")), repository);
        return options(
                stockKaraf(),
                editConfigurationFilePut(
                        "etc/org.ops4j.pax.url.mvn.cfg",
                        "org.ops4j.pax.url.mvn.defaultRepositories",
                        "${karaf.home.uri}system@id=system@snapshots," + repository.toUri() + "@id=ours@snapshots"),
                editConfigurationFilePut("etc/system.properties", "features", System.getProperty("features")));
    }

    private static void unpack(Path kar, Path into) throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(kar)) {
            Path root = zip.getPath("/repository");
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    Path copy = into.resolve(root.relativize(file).toString());
                    Files.createDirectories(copy.getParent());
                    Files.write(copy, Files.readAllBytes(file));
                }
            }
        }
    }

    @Test
    public void featuresAreInstalledMailIsStoredOnMariaDbAndTheyGoAsTheyCame() throws Exception {
        // this test's own bundle is refreshed, since it uses what goes in the end
        BundleContext system = context.getBundle(Constants.SYSTEM_BUNDLE_ID).getBundleContext();
        TreeSet<String> before = bundles(system);
        shell("feature:repo-add " + System.getProperty("features"));
        shell("feature:install restante restante-store-mariadb");
        assertTrue(bundles(system).toString(), bundles(system).containsAll(OURS));
        makeAccounts();
        try (MariaDb database = mariaDb()) {
            // configurations are handed out one after another: when there is a store, it has been chosen
            configure("im.restante.offline", Map.of("store", "mariadb"));
            configure(MARIADB, database.configuration());
            until("there is a store on MariaDB", () -> !mariadb().isEmpty());
            try (PlainClient juliet = login("juliet")) {
                juliet.message("romeo@" + DOMAIN, WAITING);
                juliet.ping(DOMAIN, "stored");
            }
            assertEquals(1, waitingOnMariaDb());
            try (PlainClient romeo = login("romeo")) {
                romeo.send("<presence/>");
                romeo.await("<message.*?" + WAITING + ".*?</message>");
                romeo.ping(DOMAIN, "collected");
            }
            until("what was collected is removed", () -> waitingOnMariaDb() == 0);
            shell("feature:uninstall restante-store-mariadb");
            until("the store goes with its feature", () -> mariadb().isEmpty());
            configure("im.restante.offline", Map.of());
            leaveAndCollect("without MariaDB");
        }
        shell("feature:uninstall restante");
        assertEquals(before, bundles(system));
    }

    private static TreeSet<String> bundles(BundleContext context) {
        return Stream.of(context.getBundles()).map(Bundle::getSymbolicName).collect(toCollection(TreeSet::new));
    }

    private List<MessageStore> mariadb() throws Exception {
        return context.getServiceReferences(MessageStore.class, "(" + MessageStore.ID + "=mariadb)").stream()
                .map(context::getService)
                .toList();
    }

    private long waitingOnMariaDb() throws Exception {
        return mariadb()
                .get(0)
                .usage(Jid.of("romeo@" + DOMAIN))
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .messages();
    }
}
