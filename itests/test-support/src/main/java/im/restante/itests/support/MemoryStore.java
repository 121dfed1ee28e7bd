package im.restante.itests.support;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.ArchivedMessage;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.MessageStore;
import im.restante.store.Owed;
import im.restante.store.SenderUsage;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A store in memory that answers at once, unless a test tells it to do something else first. */
public final class MemoryStore implements MessageStore {
    /** In the order of the appends. */
    public final List<StoredMessage> rows = new ArrayList<>();

    public final List<Admission> admissions = new ArrayList<>();
    /** What to answer to an append instead of storing; null: store. */
    public volatile Function<StoredMessage, CompletionStage<Appended>> onAppend = row -> null;
    /** Whether it begins with a message before {@link #onAppend} is asked. */
    public volatile Predicate<Claim> begunBy = claim -> false;
    /** What to answer to an append without having begun; null: go on. */
    public volatile BiFunction<StoredMessage, Claim, CompletionStage<Appended>> onQueued;
    /** How often it was asked for what has expired. */
    public final AtomicInteger questions = new AtomicInteger();
    /** Calls of {@link #remove}. */
    public final AtomicInteger removals = new AtomicInteger();
    /** What to fail changes with, apart from appends; null: do not. */
    public volatile Throwable failureToWrite;
    /** What to fail everything else with; null: do not. */
    public volatile Throwable failure;

    @Override
    public synchronized CompletionStage<Appended> append(
            StoredMessage message, Admission admission, Fence fence, Claim claim) {
        admissions.add(admission);
        if (onQueued != null) {
            return onQueued.apply(message, claim);
        }
        if (begunBy.test(claim)) {
            claim.begin();
        }
        if (onAppend == null) {
            return null;
        }
        CompletionStage<Appended> instead = onAppend.apply(message);
        if (instead != null) {
            return instead;
        }
        if (!claim.begin()) {
            return CompletableFuture.completedFuture(Appended.WITHDRAWN);
        }
        if (rows.stream()
                .noneMatch(row -> row.id() == message.id() && row.owner().equals(message.owner()))) {
            rows.add(message);
        }
        return CompletableFuture.completedFuture(Appended.stored());
    }

    /** What it keeps copies in, with their messages; null: nothing. */
    public volatile FakeArchive archive;

    /** What to answer when it is asked for that. */
    public volatile Supplier<Optional<MessageArchive>> onArchive = () -> Optional.ofNullable(archive);

    @Override
    public Optional<MessageArchive> archive() {
        return onArchive.get();
    }

    @Override
    public CompletionStage<Appended> append(
            StoredMessage message, ArchivedMessage copy, Admission admission, Fence fence, Claim claim) {
        return append(message, admission, fence, claim).thenApply(answer -> {
            if (answer instanceof Appended.Stored) {
                archive.withMessages.add(copy);
            }
            return answer;
        });
    }

    /** What a removal waits for. */
    public volatile CompletableFuture<Void> beforeRemove = CompletableFuture.completedFuture(null);

    /** What the reading of a page waits for. */
    public volatile CompletableFuture<Void> beforePage = CompletableFuture.completedFuture(null);

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int max, long bytes) {
        return beforePage.thenCompose(go -> pageNow(owner, afterId, max, bytes));
    }

    private synchronized CompletionStage<List<StoredMessage>> pageNow(Jid owner, long afterId, int max, long bytes) {
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        List<StoredMessage> page = new ArrayList<>();
        long size = 0;
        for (StoredMessage row : rows.stream()
                .filter(r -> r.owner().equals(owner) && r.id() > afterId)
                .sorted((a, b) -> Long.compare(a.id(), b.id()))
                .toList()) {
            size += row.sizeBytes();
            if (!page.isEmpty() && (page.size() >= max || size > bytes)) {
                break;
            }
            page.add(row);
        }
        return CompletableFuture.completedFuture(page);
    }

    @Override
    public synchronized CompletionStage<Void> remove(Jid owner, Collection<Long> ids, Fence fence) {
        removals.incrementAndGet();
        if (failsToWrite()) {
            return CompletableFuture.failedFuture(failure != null ? failure : failureToWrite);
        }
        return beforeRemove.thenRun(() -> rows.removeIf(row -> row.owner().equals(owner) && ids.contains(row.id())));
    }

    @Override
    public synchronized CompletionStage<Boolean> replace(
            Jid owner, long id, List<StoredMessage> successors, List<StoredMessage> owed, Fence fence) {
        if (failsToWrite()) {
            return CompletableFuture.failedFuture(failure != null ? failure : failureToWrite);
        }
        boolean there = rows.removeIf(row -> row.owner().equals(owner) && row.id() == id);
        if (there) {
            rows.addAll(successors);
            owe(owed);
        }
        return CompletableFuture.completedFuture(there);
    }

    private boolean failsToWrite() {
        return failure != null || failureToWrite != null;
    }

    // ---- what owners owe others, all in partition 0

    /** In the order of the numbers. */
    public final List<Owed> owed = new ArrayList<>();
    /** How often it was asked for that. */
    public final AtomicInteger owedQuestions = new AtomicInteger();

    private long numbered;
    private long decided;

    public synchronized void owe(List<StoredMessage> messages) {
        messages.forEach(message -> owed.add(new Owed(++numbered, message)));
    }

    @Override
    public synchronized CompletionStage<List<Owed>> owed(int part, long afterNumber, int max, long bytes) {
        owedQuestions.incrementAndGet();
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        return CompletableFuture.completedFuture(owed.stream()
                .filter(row -> row.number() > afterNumber)
                .limit(max)
                .toList());
    }

    @Override
    public synchronized CompletionStage<Void> takeOwed(int from, List<Owed> taken, Fence fence) {
        if (failsToWrite()) {
            return CompletableFuture.failedFuture(failure != null ? failure : failureToWrite);
        }
        long before = decided;
        for (Owed row : taken) {
            if (row.number() > before) {
                rows.add(row.message());
                decided = Math.max(decided, row.number());
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized CompletionStage<Void> forgetOwed(Collection<Long> numbers, Fence fence) {
        if (failsToWrite()) {
            return CompletableFuture.failedFuture(failure != null ? failure : failureToWrite);
        }
        owed.removeIf(row -> numbers.contains(row.number()));
        return CompletableFuture.completedFuture(null);
    }

    /** Told of each question. */
    public volatile Runnable onStatistics = () -> {};

    @Override
    public synchronized CompletionStage<StoreStatistics> statistics() {
        onStatistics.run();
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        return CompletableFuture.completedFuture(StoreStatistics.of(
                rows.size(),
                Stream.concat(rows.stream(), owed.stream().map(Owed::message))
                        .mapToLong(StoredMessage::id)
                        .max()
                        .orElse(0)));
    }

    /** Up to where it keeps ids; 0: it cannot. */
    public volatile long reservable;

    @Override
    public CompletionStage<Long> reserveIds(long upTo) {
        return failure == null
                ? CompletableFuture.completedFuture(Math.min(upTo, reservable))
                : CompletableFuture.failedFuture(failure);
    }

    public synchronized List<Long> ids() {
        return rows.stream().map(StoredMessage::id).toList();
    }

    @Override
    public synchronized CompletionStage<Usage> usage(Jid owner) {
        long waiting = rows.stream().filter(row -> row.owner().equals(owner)).count();
        return CompletableFuture.completedFuture(Usage.of(waiting));
    }

    @Override
    public CompletionStage<Usage> usage(Jid owner, Jid sender) {
        throw new UnsupportedOperationException("not what delivery asks");
    }

    @Override
    public CompletionStage<List<SenderUsage>> senders(Jid owner, int max) {
        throw new UnsupportedOperationException("not what delivery asks");
    }

    @Override
    public synchronized CompletionStage<List<Jid>> owners(Jid after, int max) {
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        return CompletableFuture.completedFuture(rows.stream()
                .map(StoredMessage::owner)
                .distinct()
                .sorted()
                .filter(owner -> after == null || owner.compareTo(after) > 0)
                .limit(max)
                .toList());
    }

    @Override
    public synchronized CompletionStage<List<StoredMessage>> expired(Instant now, int max) {
        questions.incrementAndGet();
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        return CompletableFuture.completedFuture(rows.stream()
                .filter(row -> row.expiresAt() != null && !row.expiresAt().isAfter(now))
                .sorted(Comparator.comparing(StoredMessage::expiresAt))
                .limit(max)
                .toList());
    }
}
