package im.restante.internal.delivery;

import im.restante.home.Homes;
import im.restante.internal.support.Backoff;
import im.restante.internal.support.Failures;
import im.restante.internal.support.Listeners;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.RetryPolicy;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.message.MessageListener;
import im.restante.store.ArchiveQuery;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties the spools of removed accounts, and the archives beside them, in chunks. One that fails is tried again while the server runs: whoever takes the name
 * next must not get the mail of the one before. One that succeeds is done once more a little later, for what was under way when the
 * account went. What came after the removal is the next one's, and stays.
 */
final class Purges {
    private static final Logger LOG = LoggerFactory.getLogger(Purges.class);
    private static final int ROWS = 500;
    private static final long BYTES = 1 << 20;
    /** Accounts whose spools are emptied at the same time after a failure. */
    private static final int TOGETHER = 32;

    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(30);

    /**
     * One spool to empty.
     *
     * @param last    whether this is the second pass
     * @param nextTry when to start it; meaningless while it is running
     */
    private record Job(Jid account, Instant removedAt, boolean last, boolean running, boolean failed, long nextTry) {
        Job started() {
            return new Job(account, removedAt, last, true, failed, 0);
        }

        Job again(boolean nowFailed, long when) {
            return new Job(account, removedAt, !nowFailed, false, nowFailed, when);
        }
    }

    private final Stores stores;
    private final OwnerGate gate;
    private final OwedMessages owed;
    private final Homes homes;
    private final Executor workers;
    private final LongSupplier nanoTime;
    private final Clock clock;
    private final Listeners<MessageListener> listeners;
    private final Map<Jid, Job> jobs = new ConcurrentHashMap<>();
    /** Of all that failed: while a store does not do it for one, it does it for none. */
    private final Backoff backoff;

    private final StoreArchives archives;
    private final LogLimit lines;

    Purges(
            Stores stores,
            OwnerGate gate,
            OwedMessages owed,
            Homes homes,
            Executor workers,
            LongSupplier nanoTime,
            Clock clock,
            Listeners<MessageListener> listeners) {
        this.stores = stores;
        this.gate = gate;
        this.owed = owed;
        this.homes = homes;
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.clock = clock;
        this.listeners = listeners;
        this.backoff = new Backoff(RetryPolicy.PATIENT, nanoTime);
        this.archives = new StoreArchives(nanoTime);
        this.lines = LogLimit.perMinute(nanoTime);
    }

    /** Empties a spool before its account goes; fails if that cannot be done now. */
    CompletionStage<Void> empty(Jid account) {
        Job job = new Job(account.bare(), clock.instant(), true, true, false, 0);
        return emptyAll(job, stores.inUse());
    }

    /** Starts at once and returns at once. */
    void purge(Jid account) {
        start(new Job(account.bare(), clock.instant(), false, true, false, 0));
    }

    /** Starts again what is due; of what failed, one to find out, and the others once that went well. */
    void tick() {
        boolean mayTry = backoff.isDue() && jobs.values().stream().noneMatch(job -> job.failed && job.running);
        int most = backoff.failures() == 0 ? TOGETHER : 1;
        for (Job job : jobs.values()) {
            if (job.running || nanoTime.getAsLong() - job.nextTry < 0) {
                continue;
            }
            if (!job.failed) {
                start(job.started());
            } else if (mayTry && most > 0) {
                most--;
                start(job.started());
            }
        }
    }

    private void start(Job job) {
        jobs.put(job.account, job);
        workers.execute(() -> run(job).whenCompleteAsync((done, problem) -> ended(job, problem), workers));
    }

    private CompletionStage<Void> run(Job job) {
        return emptyAll(job, stores.present());
    }

    private CompletionStage<Void> emptyAll(Job job, List<Stores.Named> present) {
        if (present.isEmpty()) {
            return CompletableFuture.failedFuture(new StoreException("no message store is present"));
        }
        // What is owed to the account comes first, so that it is removed with the rest, or forgotten. Not behind the
        // gate: it may
        // wait for a change that waits for whoever has closed another owner's.
        return All.ofNamed(present, owed::carried)
                .thenComposeAsync(
                        carried -> gate.pass(job.account, () -> All.ofNamed(present, store -> empty(store, job, 0))),
                        workers)
                .thenAccept(counts -> {
                    long removed = counts.stream().mapToLong(Long::longValue).sum();
                    if (removed > 0) {
                        LOG.info("{} messages that waited for {} were removed with the account", removed, job.account);
                    }
                });
    }

    /** Completes with how many were removed, {@code before} included. */
    private CompletionStage<Long> empty(Stores.Named store, Job job, long before) {
        return store.store()
                .page(job.account, 0, ROWS, BYTES)
                .thenComposeAsync(
                        rows -> {
                            List<StoredMessage> gone = rows.stream()
                                    .filter(row -> !row.receivedAt().isAfter(job.removedAt))
                                    .toList();
                            if (gone.isEmpty()) {
                                return emptyArchive(store, job).thenApply(copies -> before);
                            }
                            List<Long> ids =
                                    gone.stream().map(StoredMessage::id).toList();
                            return store.store()
                                    .remove(job.account, ids, homes.fence(job.account))
                                    .thenComposeAsync(
                                            done -> {
                                                listeners.tell(
                                                        one -> one.disposed(gone, Disposition.ACCOUNT_REMOVED, null));
                                                return empty(store, job, before + ids.size());
                                            },
                                            workers);
                        },
                        workers);
    }

    private CompletionStage<Long> emptyArchive(Stores.Named store, Job job) {
        return archives.of(store)
                .map(archive ->
                        archive.remove(job.account, ArchiveQuery.ALL.to(job.removedAt), homes.fence(job.account)))
                .orElseGet(() -> CompletableFuture.completedFuture(0L));
    }

    private void ended(Job job, Throwable problem) {
        if (problem == null && job.last) {
            jobs.remove(job.account, job);
            return;
        }
        if (problem == null) {
            backoff.succeeded();
        } else {
            backoff.failed();
        }
        long now = nanoTime.getAsLong();
        jobs.replace(job.account, job, job.again(problem != null, problem == null ? now + AGAIN_NANOS : now));
        if (problem != null && lines.isDue()) {
            LOG.warn(
                    "messages waiting for the removed account {} are still there: {}; trying again{}",
                    job.account,
                    Failures.unwrap(problem).getMessage(),
                    lines.more());
        }
    }
}
