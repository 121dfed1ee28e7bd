package im.restante.internal.accounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.store.StoreException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final InetAddress A = address("192.0.2.1");
    private static final InetAddress B = address("192.0.2.2");
    private static final InetAddress C = address("2001:db8:0:1::1");
    private static final InetAddress C_TOO = address("2001:db8:0:1::2");

    /** What has begun, in that order, and not been let end. */
    private final List<String> begun = new ArrayList<>();

    private final List<CompletableFuture<String>> open = new ArrayList<>();

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private CompletableFuture<String> take(Turns turns, InetAddress client, String name) {
        return turns.take(client, () -> {
            begun.add(name);
            CompletableFuture<String> end = new CompletableFuture<>();
            open.add(end);
            return end;
        });
    }

    private void endAll() {
        for (int i = 0; i < open.size(); i++) {
            open.get(i).complete("done");
        }
    }

    private static void assertRefused(CompletableFuture<?> work) {
        assertTrue(work.isDone());
        assertInstanceOf(
                StoreException.class,
                assertThrows(CompletionException.class, work::join).getCause());
    }

    @Test
    void addressesTakeTurns() {
        Turns turns = new Turns(1, 100, 100);
        for (int i = 0; i < 4; i++) {
            take(turns, A, "a" + i);
        }
        take(turns, B, "b0");
        take(turns, B, "b1");
        take(turns, C, "c0");
        take(turns, C_TOO, "c1");
        take(turns, null, "n0");
        endAll();
        assertEquals(List.of("a0", "a1", "b0", "c0", "n0", "a2", "b1", "c1", "a3"), begun);
    }

    @Test
    void onlySoMuchIsUnderWay() {
        Turns turns = new Turns(3, 100, 100);
        List<CompletableFuture<String>> works = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            works.add(take(turns, A, "a" + i));
        }
        assertEquals(3, begun.size());
        open.get(1).complete("done");
        assertEquals("done", works.get(1).join());
        assertEquals(4, begun.size());
        open.get(0).completeExceptionally(new StoreException("broken"));
        assertRefused(works.get(0));
        assertEquals(5, begun.size());
    }

    @Test
    void oneAddressMayHaveOnlySoMuchWaiting() {
        Turns turns = new Turns(1, 2, 100);
        take(turns, A, "a0");
        CompletableFuture<String> waits = take(turns, A, "a1");
        take(turns, A, "a2");
        assertRefused(take(turns, A, "a3"));
        assertFalse(take(turns, B, "b0").isDone());
        endAll();
        assertEquals("done", waits.join());
        assertEquals(List.of("a0", "a1", "b0", "a2"), begun);
    }

    @Test
    void whenAllIsFullWhoeverHasMostGivesWay() {
        Turns turns = new Turns(1, 100, 4);
        take(turns, A, "a0");
        List<CompletableFuture<String>> ofA = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            ofA.add(take(turns, A, "a" + i));
        }
        CompletableFuture<String> ofB = take(turns, B, "b0");
        assertRefused(ofA.get(3));
        assertFalse(ofB.isDone());
        take(turns, B, "b1");
        assertRefused(ofA.get(2));
        assertRefused(take(turns, B, "b2"));
        assertRefused(take(turns, A, "a9"));
        endAll();
        assertEquals(List.of("a0", "a1", "b0", "a2", "b1"), begun);
    }

    @Test
    void workThatIsDoneAtOnceNeedsNoStack() {
        Turns turns = new Turns(1, 100_000, 100_000);
        CompletableFuture<String> first = new CompletableFuture<>();
        turns.take(A, () -> first);
        List<CompletableFuture<String>> rest = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            rest.add(turns.take(A, () -> CompletableFuture.completedFuture("done")));
        }
        first.complete("done");
        rest.forEach(work -> assertEquals("done", work.join()));
    }

    @Test
    void workThatThrowsKeepsNobodyFromItsTurn() {
        Turns turns = new Turns(1, 10, 10);
        assertRefused(turns.take(A, () -> {
            throw new IllegalStateException("broken");
        }));
        assertTrue(turns.take(A, () -> {
                    throw new StackOverflowError();
                })
                .isCompletedExceptionally());
        assertEquals(
                "done",
                turns.take(A, () -> CompletableFuture.completedFuture("done")).join());
    }

    @Test
    void whatHasNotBegunAtTheEndIsRefused() {
        Turns turns = new Turns(1, 10, 10);
        CompletableFuture<String> running = take(turns, A, "a0");
        CompletableFuture<String> waiting = take(turns, B, "b0");
        turns.close();
        assertRefused(waiting);
        assertRefused(take(turns, A, "a1"));
        assertFalse(running.isDone());
        endAll();
        assertEquals("done", running.join());
    }

    @Test
    void nothingIsLostAmongThreads() throws Exception {
        Turns turns = new Turns(3, 100_000, 100_000);
        AtomicInteger most = new AtomicInteger();
        AtomicInteger now = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<CompletableFuture<String>> works = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                InetAddress client = i % 3 == 0 ? A : i % 3 == 1 ? B : C;
                works.add(turns.take(client, () -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    return CompletableFuture.supplyAsync(
                            () -> {
                                now.decrementAndGet();
                                return "done";
                            },
                            threads);
                }));
            }
            for (CompletableFuture<String> work : works) {
                assertEquals("done", work.get(60, TimeUnit.SECONDS));
            }
            assertTrue(most.get() <= 3, "at once " + most);
        } finally {
            threads.shutdownNow();
        }
    }
}
