package im.restante.itests.karaf;

import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.maven;
import static org.ops4j.pax.exam.CoreOptions.options;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;

/** A Karaf as Apache ships it, without a network, into whose {@code deploy} our KAR is copied, as the README of features says. */
public class StockKarafIT extends KarafTest {
    @Configuration
    public Option[] stock() throws IOException {
        return options(
                karaf(karafDistributionConfiguration()
                        .frameworkUrl(maven("org.apache.karaf", "apache-karaf")
                                .version(System.getProperty("karaf.version"))
                                .type("tar.gz"))
                        .karafVersion(System.getProperty("karaf.version"))
                        .unpackDirectory(new File("target/exam"))
                        .name("Apache Karaf")),
                editConfigurationFilePut("etc/system.properties", "restante.home", "${karaf.base}/restante"),
                editConfigurationFilePut("etc/system.properties", "kar", System.getProperty("kar")));
    }

    @Test
    public void theKarInDeployIsAllItTakes() throws Exception {
        Path base = Path.of(System.getProperty("karaf.base"));
        Files.copy(Path.of(System.getProperty("kar")), base.resolve("deploy/restante.kar"));
        until("the server is there", this::isServed);
        makeAccounts();
        leaveAndCollect("in a Karaf of one's own");
        assertTrue(Files.isRegularFile(base.resolve("restante/data/spool.db")));
    }

    /** By name: the classes come with the KAR. */
    private boolean isServed() throws Exception {
        return context.getAllServiceReferences("im.restante.server.ServerEndpoint", null) != null;
    }
}
