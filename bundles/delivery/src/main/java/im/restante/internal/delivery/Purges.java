package im.restante.internal.delivery;

import im.restante.jid.Jid;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.why.Fate;
import im.restante.why.Witness;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties the spools of removed accounts, in chunks. One that fails is tried again while the server runs: whoever takes the name
 * next must not get the mail of the one before. One that succeeds is done once more a little later, for what was under way when the
 * account went. What came after the removal is the next one's, and stays.
 */
final class Purges {
    private static final Logger LOG = LoggerFactory.getLogger(Purges.class);
    private static final int ROWS = 500;
    private static final long BYTES = 1 << 20;
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(30);

    /**
     * One spool to empty.
     *
     * @param last    whether this is the second pass
     * @param nextTry when to start it; meaningless while it is running
     */
    private record Job(Jid account, Instant removedAt, boolean last, boolean running, long nextTry) {
        Job started() {
            return new Job(account, removedAt, last, true, 0);
        }

        Job again(boolean nowLast, long when) {
            return new Job(account, removedAt, nowLast, false, when);
        }
    }

    private final Stores stores;
    private final OwnerGate gate;
    private final Executor workers;
    private final LongSupplier nanoTime;
    private final Clock clock;
    private final Supplier<Witness> witness;
    private final Map<Jid, Job> jobs = new ConcurrentHashMap<>();

    Purges(
            Stores stores,
            OwnerGate gate,
            Executor workers,
            LongSupplier nanoTime,
            Clock clock,
            Supplier<Witness> witness) {
        this.stores = stores;
        this.gate = gate;
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.clock = clock;
        this.witness = witness;
    }

    /** Empties a spool before its account goes; fails if that cannot be done now. */
    CompletionStage<Void> empty(Jid account) {
        return run(new Job(account.bare(), clock.instant(), true, true, 0));
    }

    /** Starts at once and returns at once. */
    void purge(Jid account) {
        start(new Job(account.bare(), clock.instant(), false, true, 0));
    }

    /** Starts again what is due. */
    void tick() {
        for (Job job : jobs.values()) {
            if (!job.running && nanoTime.getAsLong() - job.nextTry >= 0) {
                start(job.started());
            }
        }
    }

    private void start(Job job) {
        jobs.put(job.account, job);
        workers.execute(() -> run(job).whenCompleteAsync((done, problem) -> ended(job, problem), workers));
    }

    private CompletionStage<Void> run(Job job) {
        return gate.pass(job.account, () -> emptyAll(job));
    }

    private CompletionStage<Void> emptyAll(Job job) {
        List<Stores.Named> present = stores.present();
        if (present.isEmpty()) {
            return CompletableFuture.failedFuture(new StoreException("no message store is present"));
        }
        return All.of(present, store -> empty(store, job, 0)).thenAccept(counts -> {
            long removed = counts.stream().mapToLong(Long::longValue).sum();
            if (removed > 0) {
                LOG.info("{} messages that waited for {} were removed with the account", removed, job.account);
            }
        });
    }

    /** Completes with how many were removed, {@code before} included. */
    private CompletionStage<Long> empty(MessageStore store, Job job, long before) {
        return store.page(job.account, 0, ROWS, BYTES)
                .thenComposeAsync(
                        rows -> {
                            List<StoredMessage> gone = rows.stream()
                                    .filter(row -> !row.receivedAt().isAfter(job.removedAt))
                                    .toList();
                            if (gone.isEmpty()) {
                                return CompletableFuture.completedFuture(before);
                            }
                            List<Long> ids =
                                    gone.stream().map(StoredMessage::id).toList();
                            return store.remove(job.account, ids)
                                    .thenComposeAsync(
                                            done -> {
                                                witness.get().fate(gone, Fate.ACCOUNT_REMOVED, null);
                                                return empty(store, job, before + ids.size());
                                            },
                                            workers);
                        },
                        workers);
    }

    private void ended(Job job, Throwable problem) {
        if (problem == null && job.last) {
            jobs.remove(job.account, job);
            return;
        }
        boolean nowLast = problem == null;
        if (jobs.replace(job.account, job, job.again(nowLast, nanoTime.getAsLong() + AGAIN_NANOS)) && problem != null) {
            LOG.warn(
                    "messages waiting for the removed account {} are still there: {}; trying again",
                    job.account,
                    Failures.unwrap(problem).getMessage());
        }
    }
}
