package im.restante.internal.delivery;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import im.restante.archive.ArchivePolicy;
import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.ArchivedMessage;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.StoreException;
import im.restante.xml.Namespaces;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copies that archives keep of messages that are stored. One whose store keeps the archive, too, is written by that store with its
 * message; others are added once the message is stored, and tried again for {@value #PATIENCE_MILLIS} ms. What cannot be kept is said in
 * the log; the message is stored all the same. Safe for concurrent use.
 */
final class ArchiveCopies {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveCopies.class);
    private static final CompletableFuture<ArchiveCopy> NONE = completedFuture(null);

    /** How long the policy is waited for, since all that comes for the owner waits behind. */
    static final long POLICY_MILLIS = 500;

    /** How long an archive is waited for that does not belong to the store. */
    static final long PATIENCE_MILLIS = 2_000;

    /** Copies that may wait for such an archive. */
    static final int MOST_WAITING = 1_024;

    private final Services services;
    private final Executor workers;
    private final LongSupplier nanoTime;
    private final AtomicInteger waiting = new AtomicInteger();
    private final StoreArchives archives;
    private final LogLimit lines;
    /** Null if nothing is archived. */
    private volatile ArchivePolicy policy;
    /** When it went, by {@link #nanoTime}; null: it has not. */
    private volatile Long gone;

    /** A message that is to be kept, and who said so. */
    record ArchiveCopy(ArchivePolicy policy, ArchivedMessage message) {}

    ArchiveCopies(Services services, Executor workers, LongSupplier nanoTime) {
        this.services = services;
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.archives = new StoreArchives(nanoTime);
        this.lines = LogLimit.perMinute(nanoTime);
    }

    void bind(ArchivePolicy present) {
        policy = present;
    }

    void unbind(ArchivePolicy former) {
        if (policy == former) { // a successor is bound before
            gone = nanoTime.getAsLong();
            policy = null;
        }
    }

    /** Whether there was a policy a moment ago, so that another one may come: messages are not to slip past it. */
    boolean isPolicyAwaited() {
        Long since = gone;
        return policy == null
                && since != null
                && nanoTime.getAsLong() - since
                        < services.settings.swapTimeout().toNanos() / 2;
    }

    /** What is to be kept of {@code pending} if it is stored; completes with null for nothing, and never exceptionally. */
    CompletableFuture<ArchiveCopy> copyOf(PendingStore pending) {
        ArchivePolicy asked = policy;
        if (asked == null || pending.rehearsal || isNotForArchives(pending)) {
            return NONE;
        }
        CompletableFuture<Boolean> keeps = Failures.stage(() -> asked.keeps(pending.row.owner(), pending.message));
        if (!keeps.isDone()) {
            keeps = keeps.copy().orTimeout(POLICY_MILLIS, TimeUnit.MILLISECONDS);
        }
        return keeps.handle((yes, problem) -> yes != null && problem == null
                        ? yes ? completedFuture(copy(pending, asked)) : NONE
                        : unanswered(pending, asked, problem))
                .thenCompose(copy -> copy);
    }

    /** XEP-0334 §4.1. */
    private static boolean isNotForArchives(PendingStore pending) {
        return pending.message
                .element()
                .child(Namespaces.HINTS, "no-permanent-store")
                .isPresent();
    }

    private static ArchiveCopy copy(PendingStore pending, ArchivePolicy by) {
        return new ArchiveCopy(
                by,
                ArchivedMessage.of(
                        pending.row, pending.message.from() == null ? pending.row.sender() : pending.message.from()));
    }

    /** Its successor is asked if it failed because it goes. */
    private CompletableFuture<ArchiveCopy> unanswered(PendingStore pending, ArchivePolicy asked, Throwable problem) {
        if (policy != asked) {
            return copyOf(pending);
        }
        say(pending.row.id(), pending.row.owner(), "the archive policy has not answered", problem);
        return NONE;
    }

    /** @param copy null: nothing is archived */
    CompletionStage<Appended> append(
            Stores.Named store, PendingStore pending, ArchiveCopy copy, Admission admission, Fence fence) {
        MessageArchive archive = copy == null ? null : archive(copy);
        if (archive == null) {
            return store.store().append(pending.row, admission, fence, pending.claim);
        }
        if (archives.of(store).orElse(null) == archive) {
            return store.store().append(pending.row, copy.message(), admission, fence, pending.claim);
        }
        return store.store()
                .append(pending.row, admission, fence, pending.claim)
                .thenComposeAsync(
                        answer -> answer instanceof Appended.Stored
                                ? added(archive, copy.message(), fence).thenApply(done -> answer)
                                : completedFuture(answer),
                        workers);
    }

    /** Asked at each append: it may have become another one. */
    private MessageArchive archive(ArchiveCopy copy) {
        ArchivePolicy now = policy;
        return Failures.orElse(
                (now == null ? copy.policy() : now)::archive,
                null,
                problem -> say(
                        copy.message().id(), copy.message().owner(), "the archive policy names no archive", problem));
    }

    /** Never completes exceptionally. */
    private CompletableFuture<Void> added(MessageArchive archive, ArchivedMessage message, Fence fence) {
        CompletableFuture<Void> adding = waiting.incrementAndGet() > MOST_WAITING
                ? failedFuture(new StoreException(MOST_WAITING + " copies wait for it"))
                : tried(archive, message, fence, 1).orTimeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        return adding.handle((done, problem) -> {
            waiting.decrementAndGet();
            if (problem != null) {
                say(message.id(), message.owner(), "the archive does not take it", problem);
            }
            return null;
        });
    }

    private CompletableFuture<Void> tried(MessageArchive archive, ArchivedMessage message, Fence fence, int tries) {
        CompletableFuture<Void> adding =
                Failures.stage(() -> archive.add(List.of(message), fence)).copy();
        long pause = Repeat.pause(tries);
        return pause > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS)
                ? adding
                : adding.exceptionallyCompose(problem -> CompletableFuture.runAsync(
                                () -> {}, CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS, workers))
                        .thenCompose(again -> tried(archive, message, fence, tries + 1)));
    }

    private void say(long id, Object owner, String why, Throwable problem) {
        if (lines.isDue()) {
            LOG.error(
                    "message {} for {} is stored and not archived: {}{}{}",
                    id,
                    owner,
                    why,
                    problem == null ? "" : " (" + Failures.unwrap(problem) + ")",
                    lines.more());
        }
    }
}
