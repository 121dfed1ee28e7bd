package im.restante.internal.routing;

import im.restante.jid.Jid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps messages out of an account from the moment its removal begins, and those of before the removal out of an account that takes
 * its name afterwards. Whoever hands a message to an owner's spool is inside ({@link #enter}) while he does; a removal waits for those
 * who are. Safe for concurrent use, without a lock.
 */
final class RemovalBarrier {
    /** Accounts whose hash is the same wait for one another's messages, each for less than a microsecond. */
    private static final int STRIPES = 256;

    /** Counters are that far apart, so that threads do not share cache lines. */
    private static final int SPACING = 16;

    /** No stanza waits that long to be routed: {@code store-timeout-seconds} is at most an hour. */
    private static final Duration REMEMBERED = Duration.ofHours(2);

    private final LongSupplier nanoTime;
    private final AtomicIntegerArray inside = new AtomicIntegerArray(STRIPES * SPACING);
    private final ConcurrentHashMap<Jid, Closed> closed = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Leaving> leaving = new ConcurrentLinkedQueue<>();
    private final AtomicLong changes = new AtomicLong();
    private final ConcurrentHashMap<Jid, Removed> removed = new ConcurrentHashMap<>();

    /**
     * An account that is being removed, by so many callers at once.
     *
     * @param kept completes when the last of them is done: true if the account is still there
     */
    private record Closed(int callers, boolean gone, CompletableFuture<Boolean> kept) {}

    /** Who waits until nobody is inside. */
    private record Leaving(int stripe, CompletableFuture<Void> empty) {}

    /** When an account was removed last. */
    private record Removed(long change, long at) {}

    RemovalBarrier(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** What {@link #keepsOut} is asked with later: taken before anything about a stanza is looked up. */
    long now() {
        return changes.get();
    }

    /** Whether the account is being removed, or has been since {@code then}. */
    boolean keepsOut(Jid account, long then) {
        if (isClosed(account)) {
            return true;
        }
        if (changes.get() == then) {
            return false;
        }
        Removed last = removed.get(account);
        return last != null && last.change() > then;
    }

    /** Whether the account is being removed at this moment. */
    boolean isClosed(Jid account) {
        return !closed.isEmpty() && closed.containsKey(account);
    }

    /** Completes at once unless the account is being removed, else when that is decided: true if it is still there. */
    CompletionStage<Boolean> kept(Jid account) {
        Closed now = closed.get(account);
        return now == null ? CompletableFuture.completedFuture(true) : now.kept();
    }

    /** Somebody is about to hand over a message; false if the account is being removed. Else {@link #exit} follows. */
    boolean enter(Jid account) {
        int stripe = stripe(account);
        inside.incrementAndGet(stripe); // before the look: a removal either is seen here, or sees this
        if (!isClosed(account)) {
            return true;
        }
        exit(stripe);
        return false;
    }

    void exit(Jid account) {
        exit(stripe(account));
    }

    private void exit(int stripe) {
        if (inside.decrementAndGet(stripe) == 0 && !leaving.isEmpty()) {
            letGo(stripe);
        }
    }

    /** From here on nobody enters. Completes when nobody is inside who entered before. */
    CompletionStage<Void> close(Jid account) {
        closed.merge(
                account,
                new Closed(1, false, new CompletableFuture<>()),
                (before, one) -> new Closed(before.callers() + 1, before.gone(), before.kept()));
        changes.incrementAndGet();
        int stripe = stripe(account);
        CompletableFuture<Void> empty = new CompletableFuture<>();
        leaving.add(new Leaving(stripe, empty));
        if (inside.get(stripe) == 0) {
            letGo(stripe);
        }
        return empty;
    }

    /** The counterpart of {@link #close}. @param gone whether the account was removed: who comes next under its name is another */
    void open(Jid account, boolean gone) {
        if (gone) {
            long now = nanoTime.getAsLong();
            removed.values().removeIf(old -> now - old.at() > REMEMBERED.toNanos());
            removed.put(account, new Removed(changes.incrementAndGet(), now));
        }
        List<Runnable> decided = new ArrayList<>(1);
        closed.computeIfPresent(account, (jid, before) -> {
            boolean isGone = before.gone() || gone;
            if (before.callers() > 1) {
                return new Closed(before.callers() - 1, isGone, before.kept());
            }
            decided.add(() -> before.kept().complete(!isGone));
            return null;
        });
        decided.forEach(Runnable::run);
    }

    private void letGo(int stripe) {
        List<Leaving> free = new ArrayList<>(1);
        leaving.removeIf(waiting -> waiting.stripe() == stripe && free.add(waiting));
        free.forEach(waiting -> waiting.empty().complete(null));
    }

    private static int stripe(Jid account) {
        int hash = account.hashCode();
        return ((hash ^ hash >>> 16) & STRIPES - 1) * SPACING;
    }
}
