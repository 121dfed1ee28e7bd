package im.restante.internal.migration;

import im.restante.home.Homes;
import im.restante.internal.support.RetryPolicy;
import im.restante.migration.Job;
import im.restante.migration.Migration;
import im.restante.move.MessageStores;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The moves of waiting messages from store to store, one at a time. */
@Component(service = Migration.class, immediate = true, property = Migration.WHAT + "=" + Migration.MESSAGES)
public final class MessageMigrations implements Migration {
    /** How often a step that fails is tried, and how long to wait between. */
    record Patience(int tries, RetryPolicy pauses) {
        Duration pauseAfter(int failures) {
            return pauses.pause(failures, ThreadLocalRandom.current().nextDouble());
        }
    }

    /** Half a minute. */
    private static final Patience PATIENCE = new Patience(21, RetryPolicy.PROMPT);

    private static final Duration TO_STOP = Duration.ofSeconds(5);

    private final MessageStores stores;
    private final Homes homes;
    private MessageMigration latest;

    @Activate
    public MessageMigrations(@Reference MessageStores stores, @Reference Homes homes) {
        this.stores = stores;
        this.homes = homes;
    }

    @Override
    public synchronized Job start(String from, String to) {
        present(from);
        present(to);
        if (from.equals(to)) {
            throw new IllegalArgumentException("from and to are both " + from);
        }
        if (latest != null && !latest.end().isDone()) {
            throw new IllegalStateException("a move is under way: " + latest.title() + ", " + latest.progress());
        }
        latest = new MessageMigration(from, to, stores, homes, PATIENCE);
        latest.start();
        return latest;
    }

    private void present(String id) {
        if (stores.find(id).isEmpty()) {
            List<String> names = stores.names();
            throw new IllegalArgumentException("there is no message store " + id + "; present: "
                    + (names.isEmpty() ? "none" : String.join(", ", names)));
        }
    }

    @Override
    public synchronized Optional<Job> latest() {
        return Optional.ofNullable(latest);
    }

    /** Breaks off what is under way and waits for that, a few seconds at most. */
    @Deactivate
    void close() {
        latest().ifPresent(move -> {
            move.stop();
            Waiting.quietly(move.end(), TO_STOP);
        });
    }
}
