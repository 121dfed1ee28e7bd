package im.restante.internal.accounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AsyncCacheTest {
    private final AtomicLong now = new AtomicLong();
    private final List<String> asked = new ArrayList<>();
    private final AsyncCache<String, String> cache =
            new AsyncCache<>(10, String::length, answer -> Duration.ofNanos(100), now::get);

    @Test
    void keepsNoMoreThanItsCapacity() {
        for (int i = 0; i < 100; i++) {
            ask("key " + i, "4444");
        }
        asked.clear();
        for (int i = 0; i < 100; i++) {
            ask("key " + i, "4444");
        }
        assertTrue(asked.size() >= 98, "of 10 two have room: " + asked.size()); // whichever they are
    }

    @Test
    void neverKeepsWhatIsHeavierThanAll() {
        ask("small", "1");
        ask("big", "x".repeat(11));
        ask("big", "x".repeat(11));
        ask("small", "1");
        assertEquals(List.of("small", "big", "big"), asked);
    }

    @Test
    void asksAgainAfterItsTime() {
        ask("a", "1");
        now.set(99);
        ask("a", "1");
        now.set(100);
        ask("a", "1");
        assertEquals(List.of("a", "a"), asked);
    }

    @Test
    void asksOnceForManyThatWait() {
        CompletableFuture<String> late = new CompletableFuture<>();
        CompletableFuture<String> first = cache.get("a", key -> late);
        CompletableFuture<String> second = cache.get("a", key -> CompletableFuture.completedFuture("other"));
        late.complete("late");
        assertEquals("late", first.getNow(null));
        assertEquals("late", second.getNow(null));
    }

    @Test
    void whatALoaderThrowsIsAFailureLikeAnotherAndIsNotKept() {
        CompletableFuture<String> thrown = cache.get("a", key -> {
            throw new NoClassDefFoundError("made up");
        });
        assertTrue(thrown.isCompletedExceptionally());
        assertTrue(cache.get("a", key -> null).isCompletedExceptionally());
        assertEquals(
                "1",
                cache.get("a", key -> CompletableFuture.completedFuture("1")).getNow(null));
    }

    @Test
    void keepsNoFailure() {
        assertTrue(cache.get("a", key -> CompletableFuture.failedFuture(new IllegalStateException("broken")))
                .isCompletedExceptionally());
        assertEquals(
                "well",
                cache.get("a", key -> CompletableFuture.completedFuture("well")).getNow(null));
    }

    @Test
    void doesNotCountWhatWasInvalidatedOrReplaced() {
        for (int i = 0; i < 50; i++) {
            ask("a", "999999999");
            cache.invalidate("a");
            ask("b", "999999999");
            cache.invalidateAll(key -> true);
        }
        asked.clear();
        ask("a", "55555");
        ask("b", "55555");
        ask("a", "55555");
        assertEquals(List.of("a", "b"), asked);
    }

    private void ask(String key, String answer) {
        cache.get(key, asking -> {
            asked.add(asking);
            return CompletableFuture.completedFuture(answer);
        });
    }
}
