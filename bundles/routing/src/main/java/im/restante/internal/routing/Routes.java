package im.restante.internal.routing;

import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.jid.Jid;
import im.restante.route.LocalRoute;
import im.restante.route.NextHop;
import im.restante.route.Route;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that says where a stanza goes next: the server's own route, between those of a higher ranking and the others. Safe for
 * concurrent use; does not block.
 */
final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
    private static final Route[] NONE = {};

    private final LocalRoute own;
    private final Supplier<Others> others;
    private final LogLimit failures = LogLimit.perMinute(System::nanoTime);

    /**
     * Those of other bundles, each in the order in which they are asked. Never changed.
     *
     * @param before asked before the server's own
     * @param after  asked behind it
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Others(Route[] before, Route[] after) {
        static final Others NOBODY = new Others(NONE, NONE);
    }

    Routes(LocalRoute own, Supplier<Others> others) {
        this.own = own;
        this.others = others;
    }

    /** The next hop of a stanza for that address; null: nobody knows it. */
    NextHop next(Jid address) {
        Others present = others.get();
        NextHop hop = first(present.before(), address);
        if (hop == null) {
            hop = own.next(address);
        }
        return hop == null ? first(present.after(), address) : hop;
    }

    private NextHop first(Route[] routes, Jid address) {
        for (Route route : routes) {
            NextHop hop = asked(route, address);
            if (hop != null) {
                return hop;
            }
        }
        return null;
    }

    private NextHop asked(Route route, Jid address) {
        try {
            return route.next(address);
        } catch (Throwable e) { // a LinkageError, too, as of one whose bundle is gone
            OutOfMemory.endsProcess(e);
            if (failures.isDue()) {
                LOG.error(
                        "the route {} failed and is passed over{}",
                        route.getClass().getName(),
                        failures.more(),
                        e);
            }
            return null;
        }
    }
}
