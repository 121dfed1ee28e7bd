package im.restante.internal.accounts;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import im.restante.internal.support.OutOfMemory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * A bounded cache of answers that arrive later. What it holds is the answer's future, put there before the question is asked:
 * so one question is on its way at a time, and an answer that was asked for before {@link #invalidate} does not come back after
 * it. Failures are not kept. What is seldom asked for goes first. Safe for concurrent use; loaders run outside of any lock.
 */
final class AsyncCache<K, V> {
    /** Until it arrives an answer is not too old. */
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final long capacity;
    private final ToLongFunction<V> weight;
    private final Function<V, Duration> timeToLive;
    private final ConcurrentMap<K, Entry<V>> entries;

    private record Entry<V>(CompletableFuture<V> answer, int weight, Duration keep) {}

    /**
     * @param capacity   sum of weights that is kept
     * @param weight     of an answer, in the unit of {@code capacity}; 1 while it has not arrived
     * @param timeToLive of an answer; zero: not kept
     */
    AsyncCache(long capacity, ToLongFunction<V> weight, Function<V, Duration> timeToLive, LongSupplier nanoTime) {
        this.capacity = capacity;
        this.weight = weight;
        this.timeToLive = timeToLive;
        // Not its asynchronous form, which logs every answer that fails.
        entries = Caffeine.newBuilder()
                .maximumWeight(capacity)
                .weigher((K key, Entry<V> entry) -> entry.weight())
                .expireAfter(Expiry.<K, Entry<V>>writing((key, entry) -> entry.keep()))
                .ticker(nanoTime::getAsLong)
                .executor(Runnable::run)
                .<K, Entry<V>>build()
                .asMap();
    }

    /** The answer kept, the one on its way, or a new one from {@code loader}. */
    CompletableFuture<V> get(K key, Function<K, CompletableFuture<V>> loader) {
        Entry<V> known = entries.get(key);
        if (known != null) {
            return Stages.plain(known.answer());
        }
        Entry<V> asked = new Entry<>(new CompletableFuture<>(), 1, FOR_EVER);
        known = entries.putIfAbsent(key, asked);
        if (known != null) {
            return Stages.plain(known.answer());
        }
        loaded(key, loader).whenComplete((value, failure) -> {
            try {
                arrived(key, asked, value, failure);
            } finally {
                if (failure == null) {
                    asked.answer().complete(value);
                } else {
                    asked.answer().completeExceptionally(failure);
                }
            }
        });
        return Stages.plain(asked.answer());
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

    /** Does nothing to what was invalidated meanwhile. */
    private void arrived(K key, Entry<V> asked, V value, Throwable failure) {
        Duration keep = failure == null ? timeToLive.apply(value) : Duration.ZERO;
        long weighs = failure == null ? weight.applyAsLong(value) : 0;
        if (keep.isZero() || weighs > Math.min(capacity, Integer.MAX_VALUE)) {
            entries.remove(key, asked);
        } else {
            entries.replace(key, asked, new Entry<>(asked.answer(), (int) weighs, keep));
        }
    }

    void invalidate(K key) {
        entries.remove(key);
    }

    /** Forgets all keys that match; looks at every entry. */
    void invalidateAll(Predicate<K> matching) {
        entries.keySet().removeIf(matching);
    }
}
