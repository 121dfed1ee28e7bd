package im.restante.internal.accounts;

import static java.util.Objects.requireNonNull;

import im.restante.internal.support.OutOfMemory;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * A bounded cache of answers that arrive later. What it holds is the answer's future, put there before the question is asked:
 * so one question is on its way at a time, and an answer that was asked for before {@link #invalidate} does not come back after
 * it. Failures are not kept. The least recently used goes first. Safe for concurrent use; loaders run outside the lock.
 */
final class AsyncCache<K, V> {
    private final long capacity;
    private final ToLongFunction<V> weight;
    private final Function<V, Duration> timeToLive;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<K, Entry<V>> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long total;

    /**
     * @param capacity   sum of weights that is kept
     * @param weight     of an answer, in the unit of {@code capacity}; 1 while it has not arrived
     * @param timeToLive of an answer; zero: not kept
     */
    AsyncCache(long capacity, ToLongFunction<V> weight, Function<V, Duration> timeToLive, LongSupplier nanoTime) {
        this.capacity = capacity;
        this.weight = weight;
        this.timeToLive = timeToLive;
        this.nanoTime = nanoTime;
    }

    /** The answer kept, the one on its way, or a new one from {@code loader}. */
    CompletableFuture<V> get(K key, Function<K, CompletableFuture<V>> loader) {
        Entry<V> entry;
        lock.lock();
        try {
            Entry<V> known = entries.get(key);
            if (known != null && !known.expired(nanoTime.getAsLong())) {
                return Stages.plain(known.answer);
            }
            entry = new Entry<>();
            put(key, entry);
        } finally {
            lock.unlock();
        }
        loaded(key, loader).whenComplete((value, failure) -> {
            try {
                arrived(key, entry, value, failure);
            } finally {
                if (failure == null) {
                    entry.answer.complete(value);
                } else {
                    entry.answer.completeExceptionally(failure);
                }
            }
        });
        return Stages.plain(entry.answer);
    }

    /** Whatever a loader throws is an answer that failed: whoever asked, and whoever asks later, must not wait for ever. */
    private static <K, V> CompletableFuture<V> loaded(K key, Function<K, CompletableFuture<V>> loader) {
        try {
            return requireNonNull(loader.apply(key), "a loader answered nothing");
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            return CompletableFuture.failedFuture(e);
        }
    }

    void invalidate(K key) {
        lock.lock();
        try {
            removed(entries.remove(key));
        } finally {
            lock.unlock();
        }
    }

    /** Forgets all keys that match; looks at every entry. */
    void invalidateAll(Predicate<K> matching) {
        lock.lock();
        try {
            Iterator<Map.Entry<K, Entry<V>>> all = entries.entrySet().iterator();
            while (all.hasNext()) {
                Map.Entry<K, Entry<V>> one = all.next();
                if (matching.test(one.getKey())) {
                    removed(one.getValue());
                    all.remove();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void arrived(K key, Entry<V> entry, V value, Throwable failure) {
        lock.lock();
        try {
            if (entries.get(key) != entry) {
                return; // invalidated or pushed out meanwhile
            }
            Duration keep = failure == null ? timeToLive.apply(value) : Duration.ZERO;
            long weighs = failure == null ? weight.applyAsLong(value) : 0;
            if (keep.isZero() || weighs > capacity) {
                removed(entries.remove(key));
                return;
            }
            total += weighs - entry.weight;
            entry.weight = weighs;
            entry.expiresAt = nanoTime.getAsLong() + keep.toNanos();
            entry.arrived = true;
            trim();
        } finally {
            lock.unlock();
        }
    }

    private void put(K key, Entry<V> entry) {
        removed(entries.put(key, entry));
        total += entry.weight;
        trim();
    }

    private void trim() {
        Iterator<Entry<V>> oldest = entries.values().iterator();
        while (total > capacity && oldest.hasNext()) {
            removed(oldest.next());
            oldest.remove();
        }
    }

    private void removed(Entry<V> entry) {
        if (entry != null) {
            total -= entry.weight;
        }
    }

    private static final class Entry<V> {
        private final CompletableFuture<V> answer = new CompletableFuture<>();
        private long weight = 1;
        private long expiresAt;
        private boolean arrived;

        private boolean expired(long now) {
            return arrived && now - expiresAt >= 0;
        }
    }
}
