package im.restante.internal.why;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers the states of the configuration that decides what becomes of a message: 1 is the one this server started with, each
 * other one that came into force has one more. Those who read the configuration tell, so what they refuse has no number, and
 * neither has what says the same as before.
 */
@Component(service = Revisions.class)
public final class Revisions {
    private static final Logger LOG = LoggerFactory.getLogger(Revisions.class);

    /**
     * One state of the configuration.
     *
     * @param number from 1
     * @param pid    what changed; null at the start
     * @param values what it says since then; null at the start
     */
    record Revision(int number, String pid, String values, Instant since) {}

    private record Read(String reader, String pid) {}

    private final Clock clock;
    private final Map<Read, String> known = new HashMap<>(); // guarded by itself
    private volatile Revision current;

    @Activate
    public Revisions() {
        this(Clock.systemUTC());
    }

    Revisions(Clock clock) {
        this.clock = clock;
        this.current = new Revision(1, null, null, Instant.ofEpochMilli(clock.millis()));
    }

    /** See {@link im.restante.config.SettingsListener#inForce}. What a reader says first, nothing was judged by before. */
    void inForce(String reader, String pid, String values) {
        Revision revision;
        synchronized (known) {
            String before = known.put(new Read(reader, pid), values);
            if (before == null || before.equals(values)) {
                return;
            }
            revision = new Revision(current.number() + 1, pid, values, Instant.ofEpochMilli(clock.millis()));
            current = revision;
        }
        LOG.info("configuration {}: {} was changed, in force: {}", revision.number(), pid, values);
    }

    Revision current() {
        return current;
    }
}
