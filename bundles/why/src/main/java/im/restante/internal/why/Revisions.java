package im.restante.internal.why;

import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers the states of the configuration that decides what becomes of a message: 1 is the one this server started with, each
 * change one more. Config Admin tells this listener before it tells those who are configured: a verdict with a lower number was
 * certainly made before the change.
 */
@Component(
        service = {SynchronousConfigurationListener.class, Revisions.class},
        immediate = true,
        property = "im.restante.redelivery:Boolean=true") // told by the tigase bundle too, whose changes make no event
public final class Revisions implements SynchronousConfigurationListener {
    static final Set<String> PIDS = Set.of("im.restante.filter", "im.restante.offline", "im.restante.quota");

    private static final Logger LOG = LoggerFactory.getLogger(Revisions.class);

    /**
     * One state of the configuration.
     *
     * @param number from 1
     * @param pid    what changed; null at the start
     */
    record Revision(int number, String pid, Instant since) {}

    private final Clock clock;
    private final AtomicReference<Revision> current;

    @Activate
    public Revisions() {
        this(Clock.systemUTC());
    }

    Revisions(Clock clock) {
        this.clock = clock;
        this.current = new AtomicReference<>(new Revision(1, null, Instant.ofEpochMilli(clock.millis())));
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        if (!PIDS.contains(event.getPid()) || event.getType() == ConfigurationEvent.CM_LOCATION_CHANGED) {
            return;
        }
        Instant now = Instant.ofEpochMilli(clock.millis());
        Revision revision = current.updateAndGet(before -> new Revision(before.number() + 1, event.getPid(), now));
        LOG.info("configuration {}: {} was changed", revision.number(), revision.pid());
    }

    Revision current() {
        return current.get();
    }
}
