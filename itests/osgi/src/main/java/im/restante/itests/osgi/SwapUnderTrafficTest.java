package im.restante.itests.osgi;

import im.restante.itests.client.MariaDb;
import im.restante.itests.client.Swaps;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** Prints what senders saw of each swap. */
class SwapUnderTrafficTest {
    /** Not one that is injected: what that installs is uninstalled when the test is over. */
    private final BundleContext context =
            FrameworkUtil.getBundle(SwapUnderTrafficTest.class).getBundleContext();

    @Test
    void everySeamIsSwappedAndNothingIsLostDoubledLateOrDropped() throws Exception {
        Path target = Path.of(System.getProperty("target"));
        try (MariaDb database = new MariaDb(target, target.resolve("mariadb"))) {
            new Swaps(new Server(context), context, database.configuration()).run();
        }
    }
}
