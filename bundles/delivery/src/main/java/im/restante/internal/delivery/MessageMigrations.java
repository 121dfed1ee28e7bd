package im.restante.internal.delivery;

import im.restante.home.Homes;
import im.restante.internal.support.RetryPolicy;
import im.restante.migration.Job;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** The moves of waiting messages from store to store, one at a time. */
final class MessageMigrations {
    /** How often a step that fails is tried, and how long to wait between. */
    record Patience(int tries, RetryPolicy pauses) {
        Duration pauseAfter(int failures) {
            return pauses.pause(failures, ThreadLocalRandom.current().nextDouble());
        }
    }

    /** Half a minute. */
    private static final Patience PATIENCE = new Patience(21, RetryPolicy.PROMPT);

    private static final Duration TO_STOP = Duration.ofSeconds(5);

    private final Stores stores;
    private final OwnerGate gate;
    private final Homes homes;
    private final OwedRemovals owed;
    private final OwedMessages owedMessages;
    private MessageMigration latest;

    MessageMigrations(Stores stores, OwnerGate gate, Homes homes, OwedRemovals owed, OwedMessages owedMessages) {
        this.stores = stores;
        this.gate = gate;
        this.homes = homes;
        this.owed = owed;
        this.owedMessages = owedMessages;
    }

    synchronized Job start(String from, String to) {
        present(from);
        present(to);
        if (from.equals(to)) {
            throw new IllegalArgumentException("from and to are both " + from);
        }
        if (latest != null && !latest.end().isDone()) {
            throw new IllegalStateException("a move is under way: " + latest.title() + ", " + latest.progress());
        }
        latest = new MessageMigration(from, to, stores, gate, homes, owed, owedMessages, PATIENCE);
        latest.start();
        return latest;
    }

    private void present(String id) {
        if (stores.find(id).isEmpty()) {
            List<String> names = stores.present().stream().map(Stores.Named::id).toList();
            throw new IllegalArgumentException("there is no message store " + id + "; present: "
                    + (names.isEmpty() ? "none" : String.join(", ", names)));
        }
    }

    synchronized Optional<Job> latest() {
        return Optional.ofNullable(latest);
    }

    /** Breaks off what is under way and waits for that, a few seconds at most. */
    void close() {
        latest().ifPresent(move -> {
            move.stop();
            Waiting.quietly(move.end(), TO_STOP);
        });
    }
}
