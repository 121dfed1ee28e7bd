package im.restante.internal.administration;

import im.restante.internal.support.Failures;
import im.restante.store.MessageStore;
import im.restante.store.StoreStatistics;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * What a store last said of itself. To say it, a store may have to count its rows, so it is asked once a minute at most, and never while
 * it still owes an answer. One that refused at once, as one does that cannot be used, is asked again after ten seconds. Safe for
 * concurrent use.
 */
final class WatchedStore {
    static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(60);
    static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** A store that owes an answer for longer is down. */
    static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long AT_ONCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final MessageStore store;
    private final LongSupplier nanoTime;
    private final long firstNanos;
    private final AtomicReference<Asked> latest = new AtomicReference<>();
    private volatile Told told;

    /** @param ended when the answer is there, whatever it is */
    private record Asked(CompletableFuture<Void> ended, long at) {}

    /** One of both is null. */
    private record Told(StoreStatistics statistics, String problem, long askAgainAt) {}

    /** @param firstNanos how long {@link #awaitFirst} waits, from when the store was asked */
    WatchedStore(MessageStore store, LongSupplier nanoTime, long firstNanos) {
        this.store = store;
        this.nanoTime = nanoTime;
        this.firstNanos = firstNanos;
    }

    /** Asks the store, if it is time. */
    void look() {
        Asked before = latest.get();
        long now = nanoTime.getAsLong();
        if (before != null && (!before.ended().isDone() || now - told.askAgainAt() < 0)) {
            return;
        }
        Asked mine = new Asked(new CompletableFuture<>(), now);
        if (!latest.compareAndSet(before, mine)) {
            return; // somebody else asks
        }
        Failures.stage(store::statistics).whenComplete((statistics, problem) -> {
            told = problem == null && statistics != null
                    ? new Told(statistics, null, now + FRESH_NANOS)
                    : new Told(null, words(problem), now + (isAtOnce(now) ? AGAIN_NANOS : FRESH_NANOS));
            mine.ended().complete(null);
        });
    }

    private boolean isAtOnce(long asked) {
        return nanoTime.getAsLong() - asked < AT_ONCE_NANOS;
    }

    private static String words(Throwable problem) {
        return problem == null
                ? "it says nothing of itself"
                : Questions.told(problem, CollectedStatistics.STORE_PATIENCE).getMessage();
    }

    /** Waits for the first answer. */
    void awaitFirst() {
        Asked now = latest.get();
        if (told != null || now == null) {
            return;
        }
        try {
            now.ended().get(firstNanos - (nanoTime.getAsLong() - now.at()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return; // it is told without
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of the last answer; empty if there is none yet, or it failed. */
    Optional<StoreStatistics> statistics() {
        return Optional.ofNullable(told).map(Told::statistics);
    }

    /** Why it is down; empty if it is not. */
    Optional<String> problem() {
        Asked asked = latest.get();
        long owed = asked == null || asked.ended().isDone() ? 0 : nanoTime.getAsLong() - asked.at();
        return owed > LATE_NANOS
                ? Optional.of("no answer for " + TimeUnit.NANOSECONDS.toSeconds(owed) + " seconds; the log may say why")
                : Optional.ofNullable(told).map(Told::problem);
    }
}
