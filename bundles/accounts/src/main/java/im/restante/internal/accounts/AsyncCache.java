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
    private final ConcurrentMap<K, CompletableFuture<V>> answers;

    /**
     * @param capacity   sum of weights that is kept; an answer that has not arrived weighs nothing
     * @param weight     of an answer, in the unit of {@code capacity}
     * @param timeToLive of an answer; zero: not kept
     */
    AsyncCache(long capacity, ToLongFunction<V> weight, Function<V, Duration> timeToLive, LongSupplier nanoTime) {
        answers = Caffeine.newBuilder()
                .maximumWeight(capacity)
                .weigher((K key, V value) -> (int) Math.min(Integer.MAX_VALUE, weight.applyAsLong(value)))
                .expireAfter(Expiry.<K, V>creating((key, value) -> timeToLive.apply(value)))
                .ticker(nanoTime::getAsLong)
                .executor(Runnable::run)
                .<K, V>buildAsync()
                .asMap();
    }

    /** The answer kept, the one on its way, or a new one from {@code loader}. */
    CompletableFuture<V> get(K key, Function<K, CompletableFuture<V>> loader) {
        CompletableFuture<V> known = answers.get(key);
        if (known != null) {
            return Stages.plain(known);
        }
        CompletableFuture<V> asked = new CompletableFuture<>();
        known = answers.putIfAbsent(key, asked);
        if (known != null) {
            return Stages.plain(known);
        }
        loaded(key, loader).whenComplete((value, failure) -> {
            if (failure == null) {
                asked.complete(value);
            } else {
                asked.completeExceptionally(failure);
            }
        });
        return Stages.plain(asked);
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
        answers.remove(key);
    }

    /** Forgets all keys that match; looks at every entry. */
    void invalidateAll(Predicate<K> matching) {
        answers.keySet().removeIf(matching);
    }
}
