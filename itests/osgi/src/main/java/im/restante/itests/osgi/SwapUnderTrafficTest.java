package im.restante.itests.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.itests.client.Swaps;
import java.util.List;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** Prints what senders saw of each swap. */
class SwapUnderTrafficTest {
    /** Not one that is injected: what that installs is uninstalled when the test is over. */
    private final BundleContext context =
            FrameworkUtil.getBundle(SwapUnderTrafficTest.class).getBundleContext();

    @Test
    @Disabled(
            "by the command in itests/README.md, until it was right in many runs since the order over two stores was mended")
    void everySeamIsSwappedAndNothingIsLostDoubledLateOrDropped() throws Exception {
        try (MariaDb database = new MariaDb()) {
            Swaps swaps = new Swaps(new Server(context), context, database.configuration());
            try {
                assertEquals(List.of(), swaps.run());
            } finally {
                System.out.println(swaps.table());
            }
        }
    }
}
