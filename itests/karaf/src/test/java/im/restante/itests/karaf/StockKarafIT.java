package im.restante.itests.karaf;

import static java.util.stream.Collectors.toSet;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;

/** A Karaf as Apache ships it, without a network, into whose {@code deploy} our KAR is copied, as the README of features says. */
public class StockKarafIT extends KarafTest {
    @Configuration
    public Option[] stock() throws IOException {
        return options(
                stockKaraf(), editConfigurationFilePut("etc/system.properties", "kar", System.getProperty("kar")));
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

    /** The KAR's features are installed one after another. By name: the classes come with it. */
    private boolean isServed() throws Exception {
        Set<String> active = Stream.of(context.getBundles())
                .filter(bundle -> bundle.getState() == Bundle.ACTIVE)
                .map(Bundle::getSymbolicName)
                .collect(toSet());
        return active.containsAll(OURS) && isThere("account.UserRepository") && isThere("server.ServerEndpoint");
    }

    private boolean isThere(String service) throws Exception {
        return context.getAllServiceReferences("im.restante." + service, null) != null;
    }
}
