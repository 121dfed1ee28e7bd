package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One place, a clock that stands still, and readers that are as busy as a test wants. */
class ReaderTurnsTest {
    private final AtomicLong now = new AtomicLong();
    private final ReaderTurns turns = new ReaderTurns(1, now::get);
    private final BlockingQueue<String> went = new LinkedBlockingQueue<>();

    @AfterEach
    void end() {
        turns.close();
    }

    private void work() {
        now.addAndGet(ReaderTurns.SLICE + 1);
    }

    /** Has worked for a slice and has a place now. */
    private ReaderTurns.Turn busy() {
        ReaderTurns.Turn turn = turns.of("first");
        work();
        turn.pause();
        turn.resume();
        return turn;
    }

    /** Has worked as long, and waits for its turn; says so when it has it, and keeps it. */
    private ReaderTurns.Turn waits(String whose) {
        CompletableFuture<ReaderTurns.Turn> made = new CompletableFuture<>(); // whose giver never waits for its taker
        Thread reader = new Thread(() -> {
            ReaderTurns.Turn turn = turns.of(whose);
            work();
            turn.pause();
            made.complete(turn);
            turn.resume();
            went.add(whose);
        });
        reader.setDaemon(true);
        reader.start();
        ReaderTurns.Turn turn = made.join();
        while (reader.getState() != Thread.State.WAITING) {
            assertTrue(reader.isAlive(), "it did not wait");
            Thread.onSpinWait();
        }
        return turn;
    }

    private String next() throws InterruptedException {
        return went.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void whoWaitsAsLongAsHeWorksNeedsNoPlace() {
        busy();
        ReaderTurns.Turn light = turns.of("second");
        for (int i = 0; i < 10; i++) {
            now.addAndGet(ReaderTurns.SLICE / 2);
            light.pause();
            now.addAndGet(ReaderTurns.SLICE / 2);
            light.resume();
        }
    }

    @Test
    void aBusyOneGoesOnWhileNobodyWaits() {
        ReaderTurns.Turn busy = busy();
        for (int i = 0; i < 10; i++) {
            work();
            busy.pause();
            busy.resume();
        }
    }

    @Test
    void ownersTakeTurns() throws Exception {
        ReaderTurns.Turn busy = busy();
        ReaderTurns.Turn second = waits("many");
        waits("many");
        ReaderTurns.Turn third = waits("few");
        assertNull(went.poll());
        busy.end();
        assertEquals("many", next());
        second.end();
        assertEquals("few", next());
        third.end();
        assertEquals("many", next());
    }

    @Test
    void whoMayBeWaitingForSomethingElseLeavesItsPlace() throws Exception {
        ReaderTurns.Turn busy = busy();
        waits("other");
        busy.pause();
        assertEquals("other", next());
    }

    @Test
    void aPlaceIsGivenOnAfterASlice() throws Exception {
        ReaderTurns.Turn busy = busy();
        waits("other");
        work();
        CountDownLatch back = new CountDownLatch(1);
        Thread reader = new Thread(() -> {
            busy.pause();
            busy.resume();
            back.countDown();
        });
        reader.setDaemon(true);
        reader.start();
        assertEquals("other", next());
        busy.end();
        assertTrue(back.await(20, TimeUnit.SECONDS), "who ends waits no more");
    }

    @Test
    void nobodyWaitsAfterTheEnd() throws Exception {
        busy();
        waits("one");
        waits("two");
        turns.close();
        next();
        next();
        busy();
    }
}
