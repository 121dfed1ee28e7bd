package im.restante.internal.delivery;

import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.store.MessageArchive;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The archives that stores keep beside their messages. A store that fails when it is asked counts as one that keeps none. */
final class StoreArchives {
    private static final Logger LOG = LoggerFactory.getLogger(StoreArchives.class);

    private final LogLimit lines;

    StoreArchives(LongSupplier nanoTime) {
        lines = LogLimit.perMinute(nanoTime);
    }

    Optional<MessageArchive> of(Stores.Named store) {
        return Failures.orElse(store.store()::archive, Optional.empty(), problem -> say(store, problem));
    }

    private void say(Stores.Named store, Throwable problem) {
        if (lines.isDue()) {
            LOG.error(
                    "the store {} {} when it was asked for its archive, and counts as one that keeps none{}",
                    store.id(),
                    problem == null ? "answered null" : "failed",
                    lines.more(),
                    problem);
        }
    }
}
