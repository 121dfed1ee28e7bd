package im.restante.internal.delivery;

import im.restante.home.Homes;
import im.restante.internal.support.Backoff;
import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.RetryPolicy;
import im.restante.jid.Jid;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be removed from a store and could not be: since the store is away, or since it does not write. It is removed as soon as
 * that is possible, and no page shows it until then: else its owner would get it twice. Kept in memory, for stores that were here
 * since the server started, up to {@value #MAX_IDS} ids a store.
 *
 * <p>However much is owed to a store, and for however many owners, one removal at a time finds out whether it writes again.
 */
final class OwedRemovals {
    /** Per store. */
    static final int MAX_IDS = 100_000;
    /** Owners whose rows are removed at the same time once the store writes again. */
    private static final int TOGETHER = 64;

    private static final Logger LOG = LoggerFactory.getLogger(OwedRemovals.class);
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    /** What one owner's rows are to a store. */
    private static final class Owed {
        final Set<Long> ids = new HashSet<>();
        /** Done when nothing is owed any more. */
        final CompletableFuture<Void> paid = new CompletableFuture<>();
    }

    /** What is owed to one store. Guarded by this object's lock. */
    private final class Debt {
        final Map<Jid, Owed> owners = new LinkedHashMap<>();
        final Backoff backoff = new Backoff(RetryPolicy.PROMPT, nanoTime);
        int count;
        /** Null: it is away. */
        MessageStore store;
        /** Tries under way. */
        int paying;

        long madeUpFor;

        CompletableFuture<Void> add(Jid owner, Collection<Long> ids) {
            Owed owed = owners.computeIfAbsent(owner, o -> new Owed());
            ids.forEach(id -> count += owed.ids.add(id) ? 1 : 0);
            return owed.paid;
        }

        /** The owner's part, if nothing of it is left; else null. */
        Owed paid(Jid owner, Collection<Long> ids) {
            Owed owed = owners.get(owner);
            if (owed == null) {
                return null; // forgotten meanwhile
            }
            ids.forEach(id -> count -= owed.ids.remove(id) ? 1 : 0);
            return owed.ids.isEmpty() ? owners.remove(owner) : null;
        }

        boolean isFull(Collection<Long> more) {
            return count + more.size() > MAX_IDS;
        }
    }

    /** Lines about one store, however often it comes and goes. */
    private final class Lines {
        final LogLimit troubles = LogLimit.perMinute(nanoTime);
        final LogLimit ends = LogLimit.perMinute(nanoTime);
        final LogLimit forgotten = LogLimit.perMinute(nanoTime);
    }

    /** One call to a store. Whoever claims it, its end or the deadline, says how it ended. */
    private static final class Try {
        final long deadline;
        final CompletableFuture<Void> end = new CompletableFuture<>();
        final AtomicBoolean claimed = new AtomicBoolean();

        Try(long deadline) {
            this.deadline = deadline;
        }

        void end(Throwable problem) {
            if (claimed.compareAndSet(false, true)) {
                if (problem == null) {
                    end.complete(null);
                } else {
                    end.completeExceptionally(problem);
                }
            }
        }
    }

    private final Stores stores;
    private final OwnerGate gate;
    private final Homes homes;
    private final Executor workers;
    private final LongSupplier nanoTime;
    private final Supplier<Duration> timeout;
    private final Map<String, Debt> debts = new HashMap<>();
    private final Map<String, Lines> lines = new ConcurrentHashMap<>();
    private final Set<Try> tries = ConcurrentHashMap.newKeySet();
    private volatile boolean anyAway;
    private volatile boolean any;
    private volatile CompletableFuture<Void> settled = DONE;

    /** @param timeout how long one removal may take before it counts as failed */
    OwedRemovals(
            Stores stores,
            OwnerGate gate,
            Homes homes,
            Executor workers,
            LongSupplier nanoTime,
            Supplier<Duration> timeout) {
        this.homes = homes;
        this.stores = stores;
        this.gate = gate;
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.timeout = timeout;
    }

    // ---- stores that come and go

    /** The store is gone, or has not been reached yet. What is answered is to be run soon, outside any lock. */
    Runnable gone(String id) {
        List<Owed> before = new ArrayList<>();
        synchronized (this) {
            Debt debt = debts.computeIfAbsent(id, i -> new Debt());
            debt.store = null;
            // Who waits need not wait for a store that is away; what they owe it stays owed.
            debt.owners.replaceAll((owner, owed) -> {
                before.add(owed);
                Owed still = new Owed();
                still.ids.addAll(owed.ids);
                return still;
            });
            look();
        }
        return () -> before.forEach(owed -> owed.paid.complete(null));
    }

    /** Notes a removal for every store that is away. */
    void missed(Jid owner, Collection<Long> ids) {
        if (anyAway) {
            note(owner, ids);
        }
    }

    private void note(Jid owner, Collection<Long> ids) {
        Map<String, Integer> forgotten = new HashMap<>();
        synchronized (this) {
            debts.forEach((id, debt) -> {
                if (debt.store != null) {
                    return;
                }
                debt.add(owner, ids);
                if (debt.count > MAX_IDS) {
                    forgotten.put(id, debt.count);
                    debt.owners.clear();
                    debt.count = 0;
                }
            });
        }
        forgotten.forEach((id, count) -> {
            LogLimit limit = lines(id).forgotten;
            if (limit.isDue()) {
                LOG.warn(
                        "store {} has been away for so long that {} removals are forgotten: if it comes back, some messages"
                                + " may be delivered twice{}",
                        id,
                        count,
                        limit.more());
            }
        });
    }

    /** The store is back. What is answered makes up for what it missed, and is to be run soon, outside any lock. */
    synchronized Runnable back(String id, MessageStore store) {
        Debt debt = debts.get(id);
        if (debt == null) {
            return () -> {};
        }
        debt.store = store;
        debt.backoff.succeeded();
        boolean isEmpty = debt.owners.isEmpty();
        if (isEmpty) {
            debts.remove(id, debt);
        }
        look();
        if (isEmpty) {
            return () -> {};
        }
        CompletableFuture<Void> tried = new CompletableFuture<>();
        settled = settled.isDone() ? tried : CompletableFuture.allOf(settled, tried);
        return () -> pay(id).whenComplete((done, never) -> tried.complete(null));
    }

    /** Done when what a store missed was tried to be made up for: to be waited for before reading. Never exceptional. */
    CompletableFuture<Void> settled() {
        return settled;
    }

    // ---- stores that do not write

    /**
     * Removes from one store that is present, or takes note that this must be done later. The outer stage completes, never
     * exceptionally, when the store need not be waited for by who holds the owner's gate; the inner one when the rows are gone,
     * exceptionally if too much is owed already.
     */
    CompletionStage<CompletableFuture<Void>> remove(Stores.Named named, Jid owner, Collection<Long> ids) {
        if (any) {
            CompletableFuture<Void> later = addToDebt(named, owner, ids);
            if (later != null) {
                return CompletableFuture.completedFuture(later);
            }
        }
        return attempt(() -> named.store().remove(owner, ids, homes.fence(owner)))
                .handle((done, problem) -> problem == null ? DONE : owe(named, owner, ids, problem));
    }

    /** Null if nothing is owed to that store. */
    private synchronized CompletableFuture<Void> addToDebt(Stores.Named named, Jid owner, Collection<Long> ids) {
        Debt debt = debts.get(named.id());
        if (debt == null || debt.store != named.store()) {
            return null;
        }
        return debt.isFull(ids) ? full(named.id()) : debt.add(owner, ids);
    }

    private static CompletableFuture<Void> full(String id) {
        return CompletableFuture.failedFuture(new StoreException(
                "the store " + id + " removes nothing at present, and " + MAX_IDS + " wait for that"));
    }

    private CompletableFuture<Void> owe(Stores.Named named, Jid owner, Collection<Long> ids, Throwable problem) {
        CompletableFuture<Void> paid;
        int count;
        MessageStore present = stores.find(named.id()).map(Stores.Named::store).orElse(null);
        synchronized (this) {
            Debt debt = debts.get(named.id());
            if (debt == null && present == null) {
                return CompletableFuture.failedFuture(problem);
            }
            if (debt == null) {
                debt = new Debt();
                debt.store = present; // another one may have taken its place
                debt.backoff.failed();
                debts.put(named.id(), debt);
                look();
            }
            if (debt.isFull(ids)) {
                return full(named.id());
            }
            paid = debt.add(owner, ids);
            paid = debt.store == null ? DONE : paid;
            count = debt.count;
        }
        complain(named.id(), count, problem);
        return paid;
    }

    private void complain(String id, int count, Throwable problem) {
        LogLimit limit = lines(id).troubles;
        if (limit.isDue()) {
            LOG.warn(
                    "store {} does not remove what was delivered: {}; {} removals wait, and are made up for as soon as it"
                            + " does{}",
                    id,
                    Failures.unwrap(problem).getMessage(),
                    count,
                    limit.more());
        }
    }

    /** Tries again what is due, and gives up what was not answered in time. */
    void tick() {
        long now = nanoTime.getAsLong();
        tries.forEach(open -> {
            if (now - open.deadline >= 0) {
                open.end(new StoreException("no answer in time"));
            }
        });
        if (any) {
            List<String> due;
            synchronized (this) {
                due = debts.entrySet().stream()
                        .filter(entry -> entry.getValue().store != null
                                && entry.getValue().paying == 0
                                && entry.getValue().backoff.isDue())
                        .map(Map.Entry::getKey)
                        .toList();
            }
            due.forEach(this::pay);
        }
    }

    /** Tries one owner's removal and, while that goes well, those of many. Done when there is nothing more to try for now. */
    private CompletableFuture<Void> pay(String id) {
        Map<Jid, List<Long>> now = new LinkedHashMap<>();
        MessageStore store;
        Debt debt;
        synchronized (this) {
            debt = debts.get(id);
            if (debt == null || debt.store == null || debt.paying > 0) {
                return DONE;
            }
            store = debt.store;
            int most = debt.madeUpFor == 0 ? 1 : TOGETHER; // the first finds out whether it writes
            for (Map.Entry<Jid, Owed> entry : debt.owners.entrySet()) {
                if (now.size() == most) {
                    break;
                }
                now.put(entry.getKey(), List.copyOf(entry.getValue().ids));
            }
            if (now.isEmpty()) {
                return DONE;
            }
            debt.paying = now.size();
        }
        Debt paying = debt;
        List<CompletableFuture<Boolean>> all = new ArrayList<>();
        now.forEach((owner, ids) ->
                all.add(gate.pass(owner, () -> attempt(() -> store.remove(owner, ids, homes.fence(owner))))
                        .handleAsync((done, problem) -> ended(id, paying, store, owner, ids, problem), workers)
                        .toCompletableFuture()));
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenCompose(done -> all.stream().allMatch(CompletableFuture::join) ? pay(id) : DONE);
    }

    /** Whether it went well. */
    private boolean ended(String id, Debt debt, MessageStore store, Jid owner, List<Long> ids, Throwable problem) {
        Owed paid = null;
        boolean isOver = false;
        long madeUpFor;
        int left;
        synchronized (this) {
            debt.paying--;
            if (debt.store != store) {
                return false; // it went meanwhile: what it owes is owed to the next one
            }
            if (problem == null) {
                paid = debt.paid(owner, ids);
                debt.madeUpFor += ids.size();
                debt.backoff.succeeded();
            } else {
                debt.madeUpFor = 0;
                debt.backoff.failed();
            }
            madeUpFor = debt.madeUpFor;
            left = debt.count;
            if (debt.owners.isEmpty() && debt.paying == 0) {
                isOver = true;
                debts.remove(id, debt);
                look();
            }
        }
        if (paid != null) {
            paid.paid.complete(null);
        }
        if (problem != null) {
            complain(id, left, problem);
        }
        if (isOver && lines(id).ends.isDue()) {
            LOG.info(
                    "store {}: {} removals are made up for{}",
                    id,
                    madeUpFor,
                    lines(id).ends.more());
        }
        return problem == null;
    }

    /** A call that ends, in whatever way, within the timeout. On a worker. */
    private CompletionStage<Void> attempt(Supplier<CompletionStage<Void>> call) {
        CompletableFuture<Void> future = Failures.stage(call);
        if (future.isDone()) {
            return future;
        }
        Try open = new Try(nanoTime.getAsLong() + timeout.get().toNanos());
        tries.add(open);
        future.whenComplete((done, problem) -> open.end(problem));
        return open.end.whenCompleteAsync((done, problem) -> tries.remove(open), workers);
    }

    // ---- what is owed is not shown

    /** A page of that store without the rows that it should not have any more. */
    List<StoredMessage> without(String id, Jid owner, List<StoredMessage> page) {
        if (!any || page.isEmpty()) {
            return page;
        }
        synchronized (this) {
            Debt debt = debts.get(id);
            Owed owed = debt == null ? null : debt.owners.get(owner);
            return owed == null
                    ? page
                    : page.stream().filter(row -> !owed.ids.contains(row.id())).toList();
        }
    }

    /** Caller holds the lock. */
    private void look() {
        any = !debts.isEmpty();
        anyAway = debts.values().stream().anyMatch(debt -> debt.store == null);
    }

    private Lines lines(String id) {
        return lines.computeIfAbsent(id, i -> new Lines());
    }
}
