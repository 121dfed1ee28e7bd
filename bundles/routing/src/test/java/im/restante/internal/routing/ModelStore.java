package im.restante.internal.routing;

import im.restante.delivery.Delivery;
import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.internal.support.Workers;
import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Claim;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A delivery over maps that may stall, fail, throw, or not know whether it has removed or taken back. One writer, in order; readers
 * beside it. A message that it fails to append is certainly not there.
 */
final class ModelStore implements Delivery {
    private final Random random;
    private final Map<Jid, TreeMap<Long, StoredMessage>> rows = new HashMap<>();
    private final ArrayDeque<Write<?>> writes = new ArrayDeque<>();
    private final Runnable meanwhile;
    private final Consumer<String> history;
    private Workers workers;
    /** Below it ids are kept for this server, or were for one before it. */
    private long kept;
    /** The same, when this server began. */
    private long keptBefore;

    /** Appends whose answer has not come, by owner: also of messages whose sender was told that they are delivered. */
    private final Map<Jid, Set<Long>> open = new HashMap<>();

    private boolean stalled;
    private boolean broken;
    private boolean throwing;

    /** What the writer does next. */
    private final class Write<T> {
        final CompletableFuture<T> answer = new CompletableFuture<>();
        private final String what;
        private final Supplier<T> work;
        private final Consumer<CompletableFuture<T>> failure;
        /** Of an append; null for all else. */
        private final Claim claim;

        Write(String what, Claim claim, Supplier<T> work, Consumer<CompletableFuture<T>> failure) {
            this.what = what;
            this.claim = claim;
            this.work = work;
            this.failure = failure;
        }

        /** Whether it may be written; an append that may was begun. */
        boolean begins() {
            return claim == null || claim.begin();
        }

        void commit() {
            history.accept("committed: " + what);
            T result = work.get();
            workers.execute(() -> answer.complete(result));
        }

        void fail() {
            history.accept("failed: " + what);
            workers.execute(() -> failure.accept(answer));
        }
    }

    /** @param meanwhile what other threads do while somebody calls */
    ModelStore(Random random, Runnable meanwhile, Consumer<String> history) {
        this.random = random;
        this.meanwhile = meanwhile;
        this.history = history;
    }

    /** What was asked for and not done is done or lost, as by a {@code kill -9}; whoever asked is gone. */
    void restart(Workers successor) {
        for (int done = writes.isEmpty() ? 0 : random.nextInt(writes.size() + 1); done > 0; done--) {
            Write<?> write = writes.poll();
            if (write.begins()) {
                write.commit();
            }
        }
        writes.clear();
        open.clear();
        keptBefore = kept;
        workers = successor;
        stalled = false;
        broken = false;
        throwing = false;
    }

    void stall(boolean on) {
        stalled = on;
        if (!on) {
            writes.forEach(write -> workers.execute(this::writeNext));
        }
    }

    void fail(boolean on) {
        broken = on;
    }

    /** Calls throw an error, now and then. */
    void throwErrors(boolean on) {
        throwing = on;
    }

    /** Whether anything is wrong with it. */
    boolean isIll() {
        return stalled || broken || throwing;
    }

    private void mayThrow() {
        if (throwing && random.nextInt(3) == 0) {
            history.accept("an error is thrown");
            if (random.nextBoolean()) {
                throw new StackOverflowError("made up");
            }
            throw new IllegalStateException("made up");
        }
    }

    NavigableMap<Long, StoredMessage> spool(Jid owner) {
        return rows.computeIfAbsent(owner, o -> new TreeMap<>());
    }

    private <T> CompletionStage<T> write(
            String what, Claim claim, Supplier<T> work, Consumer<CompletableFuture<T>> failure) {
        meanwhile.run();
        mayThrow();
        Write<T> write = new Write<>(what, claim, work, failure);
        writes.add(write);
        workers.execute(this::writeNext);
        return write.answer;
    }

    private void writeNext() {
        if (writes.isEmpty()) {
            return;
        }
        if (stalled) {
            if (random.nextBoolean()) { // its transaction has begun and does not end
                history.accept(
                        "begun: " + writes.peek().what + " " + writes.peek().begins());
            }
            return;
        }
        Write<?> next = writes.poll();
        if (!next.begins()) {
            next.fail();
            return;
        }
        if (!broken) {
            next.commit();
            return;
        }
        next.fail();
        if (next.claim == null && random.nextInt(4) == 0) {
            next.commit(); // its answer comes too late
        }
    }

    @Override
    public StorageDecision judge(Message message, Jid owner) {
        return new StorageDecision.Keep("default: body");
    }

    @Override
    public CompletionStage<Verdict> rehearse(
            Message message, StoredMessage row, StorageDecision.Keep keep, Claim claim) {
        throw new UnsupportedOperationException("no message has rules here");
    }

    @Override
    public CompletionStage<Verdict> store(Message message, StoredMessage row, StorageDecision.Keep keep, Claim claim) {
        Set<Long> ofOwner = open.computeIfAbsent(row.owner(), owner -> new TreeSet<>());
        CompletionStage<Verdict> answered = this.<Verdict>write(
                "append " + row.id(),
                claim,
                () -> {
                    spool(row.owner()).put(row.id(), row);
                    return new Verdict.Stored(keep.rule());
                },
                answer -> answer.complete(new Verdict.Failed(
                        "broken",
                        StanzaError.of(StanzaError.Condition.RESOURCE_CONSTRAINT)
                                .later())));
        ofOwner.add(row.id());
        answered.whenComplete((verdict, problem) -> ofOwner.remove(row.id()));
        return answered;
    }

    /** How many rows an owner has, or may have as soon as the answers have come. */
    int waiting(Jid owner) {
        Set<Long> all = new TreeSet<>(spool(owner).keySet());
        all.addAll(open.getOrDefault(owner, Set.of()));
        return all.size();
    }

    @Override
    public CompletionStage<Void> requeue(List<StoredMessage> back, Consumer<StoredMessage> durable) {
        return this.<Void>write(
                "put back " + back.stream().map(StoredMessage::id).toList(),
                null,
                () -> {
                    back.forEach(row -> {
                        spool(row.owner()).putIfAbsent(row.id(), row);
                        durable.accept(row);
                    });
                    return null;
                },
                answer -> answer.completeExceptionally(new StoreException("broken")));
    }

    @Override
    public CompletionStage<Void> remove(Jid owner, Collection<Long> ids) {
        return this.<Void>write(
                "remove " + ids,
                null,
                () -> {
                    ids.forEach(spool(owner)::remove);
                    return null;
                },
                answer -> answer.completeExceptionally(new StoreException("broken")));
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int most, long bytes) {
        meanwhile.run();
        mayThrow();
        CompletableFuture<List<StoredMessage>> answer = new CompletableFuture<>();
        workers.execute(() -> {
            if (broken) {
                answer.completeExceptionally(new StoreException("broken"));
                return;
            }
            List<StoredMessage> seen = page(spool(owner).tailMap(afterId, false).values(), most, bytes);
            workers.execute(() -> answer.complete(seen)); // and may be old by then
        });
        return answer;
    }

    @Override
    public CompletionStage<Long> count(Jid owner) {
        return CompletableFuture.completedFuture((long) spool(owner).size());
    }

    private static List<StoredMessage> page(Collection<StoredMessage> rows, int most, long bytes) {
        List<StoredMessage> page = new ArrayList<>();
        long size = 0;
        for (StoredMessage row : rows) {
            size += row.sizeBytes();
            if (page.size() == most || !page.isEmpty() && size > bytes) {
                break;
            }
            page.add(row);
        }
        return page;
    }

    @Override
    public CompletionStage<Long> largestId() {
        return CompletableFuture.completedFuture(rows.values().stream()
                .filter(spool -> !spool.isEmpty())
                .mapToLong(TreeMap::lastKey)
                .reduce(keptBefore, Math::max));
    }

    @Override
    public CompletionStage<Long> reserveIds(long upTo) {
        return write(
                "keep ids below " + upTo,
                null,
                () -> {
                    kept = Math.max(kept, upTo);
                    return kept;
                },
                answer -> answer.completeExceptionally(new StoreException("broken")));
    }

    /** Below it no server that comes later gives an id. */
    long kept() {
        return kept;
    }
}
