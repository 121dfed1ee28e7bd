package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class PassesTest {
    private final List<Boolean> begun = new ArrayList<>();
    private final Deque<CompletableFuture<Void>> running = new ArrayDeque<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final Deque<Runnable> later = new ArrayDeque<>();
    private final Passes passes = new Passes(new Direct(), isRetry -> {
        begun.add(isRetry);
        running.add(new CompletableFuture<>());
        return running.getLast();
    });

    private final class Direct implements Workers {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void after(Duration delay, Runnable task) {
            pauses.add(delay);
            later.add(task);
        }

        @Override
        public void close() {}
    }

    private void succeed() {
        running.remove().complete(null);
    }

    private void fail() {
        running.remove().completeExceptionally(new IllegalStateException("not now"));
    }

    @Test
    void whoeverAsksDuringAPassGetsOneMoreBehindItOneForAll() {
        CompletableFuture<Void> first = passes.ask();
        CompletableFuture<Void> second = passes.ask();
        CompletableFuture<Void> third = passes.ask();
        assertEquals(1, begun.size());
        succeed();
        assertTrue(first.isDone());
        assertFalse(second.isDone());
        assertEquals(2, begun.size());
        succeed();
        assertTrue(second.isDone() && third.isDone());
        assertEquals(List.of(false, false), begun);
        assertEquals(List.of(), pauses, "nothing is done in between");
    }

    @Test
    void aPassThatFailsIsRepeatedAfterPausesThatGrowUntilOneSucceeds() {
        CompletableFuture<Void> asked = passes.ask();
        fail();
        assertEquals(
                "not now",
                assertThrows(ExecutionException.class, asked::get).getCause().getMessage());
        assertTrue(passes.isFailing());
        for (int i = 0; i < 4; i++) {
            later.remove().run();
            fail();
        }
        assertEquals(List.of(false, true, true, true, true), begun);
        assertTrue(pauses.get(4).compareTo(pauses.get(0).multipliedBy(4)) > 0, pauses::toString);
        later.remove().run();
        succeed();
        assertFalse(passes.isFailing());
        assertTrue(later.isEmpty());
        passes.ask();
        fail();
        assertTrue(pauses.get(5).compareTo(pauses.get(4)) < 0, "from the beginning");
    }

    @Test
    void passesThatAreAskedForWhileOneIsToBeRepeatedMakeThePauseNoLonger() {
        passes.ask();
        fail();
        for (int i = 0; i < 10; i++) {
            passes.ask();
            fail();
        }
        assertEquals(1, pauses.size());
        passes.ask();
        succeed();
        later.remove().run();
        assertEquals(12, begun.size(), "it was all done meanwhile");
        assertFalse(begun.contains(true));
    }

    @Test
    void onePassThatThrowsIsAFailureLikeAnyOther() {
        Deque<RuntimeException> thrown = new ArrayDeque<>(List.of(new IllegalStateException("broken")));
        Passes throwing = new Passes(new Direct(), isRetry -> {
            if (!thrown.isEmpty()) {
                throw thrown.remove();
            }
            return CompletableFuture.completedFuture(null);
        });
        assertTrue(throwing.ask().isCompletedExceptionally());
        later.remove().run();
        assertFalse(throwing.isFailing());
        assertFalse(throwing.ask().isCompletedExceptionally());
    }

    @Test
    void itsEndIsTheEndOfAllWaiting() {
        CompletableFuture<Void> current = passes.ask();
        CompletableFuture<Void> next = passes.ask();
        passes.close(new IllegalStateException("stopped"));
        for (CompletableFuture<Void> asked : List.of(current, next, passes.ask())) {
            assertEquals(
                    "stopped",
                    assertThrows(ExecutionException.class, asked::get)
                            .getCause()
                            .getMessage());
        }
        fail();
        assertEquals(1, begun.size());
        later.remove().run();
        assertEquals(1, begun.size());
    }
}
