package im.restante.streammanagement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.support.LogLimits;
import im.restante.session.Outcome;
import im.restante.xml.Element;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Room for open verdicts, and the order in which what waits for them is given out. */
class PendingOutcomesTest {
    /** One for each task: they meet. */
    private static final Executor THREADS = task -> new Thread(task).start();

    private static final int MOST = 3 * VerdictRoom.SHARE;

    private final VerdictRoom room = new VerdictRoom(MOST);
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final StanzaHeap heap = new StanzaHeap(() -> 16 << 20, StanzaHeap.GRANTED);
    private final AtomicInteger ended = new AtomicInteger();
    private final List<String> given = new CopyOnWriteArrayList<>();
    private final PendingOutcomes flood = connection();
    private final PendingOutcomes other = connection();

    private PendingOutcomes connection() {
        return new PendingOutcomes(
                element -> element.name().getBytes(),
                answer -> given.add(new String(answer)),
                faults::add,
                ended::incrementAndGet,
                heap.share(),
                room,
                new LogLimits(System::nanoTime));
    }

    private static CompletableFuture<Outcome> add(PendingOutcomes connection, long size) {
        CompletableFuture<Outcome> verdict = new CompletableFuture<>();
        connection.begin();
        connection.add(verdict, size, null);
        return verdict;
    }

    private static List<CompletableFuture<Outcome>> add(PendingOutcomes connection, int stanzas, long size) {
        List<CompletableFuture<Outcome>> verdicts = new ArrayList<>();
        for (int i = 0; i < stanzas; i++) {
            verdicts.add(add(connection, size));
        }
        return verdicts;
    }

    private static CompletableFuture<Void> reading(PendingOutcomes connection) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        connection.awaitRoom();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                THREADS);
    }

    private static void waits(CompletableFuture<Void> reading) {
        assertThrows(TimeoutException.class, () -> reading.get(100, TimeUnit.MILLISECONDS));
    }

    private static Outcome answer(String name) {
        return new Outcome.Answer(Element.of("x", name));
    }

    @Test
    void whoHasNotItsShareOpenWaitsForNobody() throws Exception {
        add(flood, MOST + 5, 100);
        assertTrue(room.isFull());
        add(other, VerdictRoom.SHARE, 100);
        reading(other).get(20, TimeUnit.SECONDS);
    }

    @Test
    void whenAllConnectionsTogetherHaveTooMuchOpenWhoHasMoreThanItsShareWaitsForAVerdictOfAnybody() throws Exception {
        List<CompletableFuture<Outcome>> first = add(flood, MOST, 100);
        add(other, VerdictRoom.SHARE + 1, 100);
        CompletableFuture<Void> reading = reading(other);
        waits(reading);
        while (!other.full()) { // its thread may have begun late
            assertFalse(reading.isDone());
            Thread.onSpinWait();
        }
        for (int i = MOST - 1; i > MOST / 2; i--) {
            first.get(i).complete(Outcome.DONE);
        }
        reading.get(20, TimeUnit.SECONDS);
        assertFalse(other.full());
    }

    @Test
    void whatAConnectionHasOpenEndsWithIt() throws Exception {
        List<CompletableFuture<Outcome>> never = add(flood, MOST, 100);
        List<CompletableFuture<Outcome>> own = add(other, VerdictRoom.SHARE + 1, 100);
        CompletableFuture<Void> reading = reading(other);
        waits(reading);
        flood.release();
        reading.get(20, TimeUnit.SECONDS);
        assertEquals(own.size(), room.taken());
        never.forEach(late -> late.complete(Outcome.DONE));
        add(flood, 100);
        own.forEach(verdict -> verdict.complete(Outcome.DONE));
        assertEquals(0, room.taken());
    }

    @Test
    void allThatWaitGoOnWhenThereIsRoom() throws Exception {
        List<CompletableFuture<Outcome>> first = add(flood, MOST, 100);
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            PendingOutcomes next = connection();
            add(next, VerdictRoom.SHARE + 1, 100);
            waiting.add(reading(next));
        }
        waits(waiting.get(0));
        waits(waiting.get(1));
        first.forEach(verdict -> verdict.complete(Outcome.DONE));
        for (CompletableFuture<Void> reading : waiting) {
            reading.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoWaitsForRoomStopsWaitingWhenNothingMoreIsRead() throws Exception {
        add(flood, MOST, 100);
        CompletableFuture<Void> reading = reading(flood);
        waits(reading);
        flood.close();
        reading.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aLargeStanzaTakesTheRoomOfSeveral() {
        CompletableFuture<Outcome> large = add(flood, 5_000);
        assertEquals(2, room.taken());
        large.complete(Outcome.DONE);
        assertEquals(0, room.taken());
    }

    @Test
    void roomIsGivenBackWhateverBecomesOfAStanza() {
        add(flood, 100).completeExceptionally(new IllegalStateException());
        assertEquals(0, room.taken());
        assertEquals(1, faults.size());
    }

    @Test
    void whatIsFinalAtOnceNeedsNoRoom() {
        flood.begin();
        flood.add(CompletableFuture.completedFuture(Outcome.DONE), 100, null);
        assertEquals(0, room.taken());
        assertFalse(flood.full());
    }

    @Test
    void answersAndTasksComeInTheOrderOfTheStanzasThoughTheVerdictsDoNot() {
        CompletableFuture<Outcome> one = add(flood, 1);
        flood.afterPending(() -> given.add("task 1"));
        CompletableFuture<Outcome> two = add(flood, 1);
        CompletableFuture<Outcome> three = add(flood, 1);
        flood.afterPending(() -> given.add("task 3"));
        flood.afterPending(2, () -> given.add("task 2"));
        three.complete(answer("c"));
        two.complete(answer("b"));
        assertEquals(List.of(), given);
        one.complete(answer("a"));
        assertEquals(List.of("a", "task 1", "b", "task 2", "c", "task 3"), given);
    }

    @Test
    void aTaskMayAskForAnother() {
        flood.afterPending(() -> flood.afterPending(() -> given.add("second")));
        assertEquals(List.of("second"), given);
    }

    @Test
    void answersOfManyThreadsKeepTheirOrder() throws Exception {
        List<CompletableFuture<Outcome>> verdicts = add(flood, 1_000, 1);
        CyclicBarrier together = new CyclicBarrier(4);
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int first = t;
            threads.add(CompletableFuture.runAsync(
                    () -> {
                        try {
                            together.await();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                        for (int i = first; i < verdicts.size(); i += 4) {
                            verdicts.get(i).complete(answer("n" + i));
                        }
                    },
                    THREADS));
        }
        for (CompletableFuture<Void> thread : threads) {
            thread.get(20, TimeUnit.SECONDS);
        }
        assertTrue(flood.awaitEmpty(20));
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < verdicts.size(); i++) {
            expected.add("n" + i);
        }
        assertEquals(expected, given);
    }

    @Test
    void aTaskThatFailsIsAFaultAndNothingIsGivenOutBehindIt() {
        CompletableFuture<Outcome> one = add(flood, 1);
        AssertionError fault = new AssertionError("a test");
        flood.afterPending(() -> {
            throw fault;
        });
        CompletableFuture<Outcome> two = add(flood, 1);
        one.complete(Outcome.DONE);
        two.complete(answer("b"));
        assertSame(fault, faults.get(0));
        assertEquals(List.of(), given);
    }

    @Test
    void theReaderWaitsForAnswersThatWait() throws Exception {
        CompletableFuture<Outcome> slow = add(flood, 1);
        for (int i = 0; i < 4; i++) {
            add(flood, 1).complete(answer("a".repeat((int) PendingOutcomes.MAX_BYTES / 4)));
        }
        CompletableFuture<Void> reading = reading(flood);
        waits(reading);
        assertTrue(heap.taken() >= PendingOutcomes.MAX_BYTES);
        slow.complete(Outcome.DONE);
        reading.get(20, TimeUnit.SECONDS);
        assertEquals(4, given.size());
        assertEquals(0, heap.taken());
        assertEquals(0, ended.get());
    }

    @Test
    void theReaderWaitsForAnAnswerWhenEightRequestsHaveNone() throws Exception {
        Element request = Element.of("jabber:client", "iq");
        List<CompletableFuture<Outcome>> verdicts = new ArrayList<>();
        for (int i = 0; i < PendingOutcomes.MAX_REQUESTS; i++) {
            reading(flood).get(20, TimeUnit.SECONDS);
            CompletableFuture<Outcome> verdict = new CompletableFuture<>();
            flood.begin();
            flood.add(verdict, 1, request);
            verdicts.add(verdict);
        }
        add(flood, 1);
        CompletableFuture<Void> reading = reading(flood);
        waits(reading);
        verdicts.get(0).complete(answer("a"));
        reading.get(20, TimeUnit.SECONDS);
    }

    @Test
    void whoLetsTooManyAnswersWaitIsEndedAndKeepsNothing() {
        add(flood, 1);
        int size = (int) PendingOutcomes.MAX_ANSWER_BYTES / 4;
        for (int i = 0; i < 4; i++) {
            add(flood, 1).complete(answer("a".repeat(size)));
        }
        assertEquals(0, ended.get());
        add(flood, 1).complete(answer("b"));
        assertEquals(1, ended.get());
        assertEquals(4L * size, heap.taken());
        flood.release();
        assertEquals(0, heap.taken());
        assertEquals(List.of(), given);
        assertEquals(List.of(), faults);
    }

    @Test
    void whatWaitsOnAllConnectionsIsBounded() {
        String large = "a".repeat((int) PendingOutcomes.MAX_ANSWER_BYTES);
        for (int i = 0; i < 8; i++) {
            PendingOutcomes one = connection();
            add(one, 1);
            add(one, 1).complete(answer(large));
        }
        assertEquals(0, ended.get());
        add(flood, 1);
        add(flood, 1).complete(answer(large));
        assertEquals(1, ended.get());
        CompletableFuture<Outcome> first = add(other, 1);
        add(other, 1).complete(answer("small"));
        first.complete(Outcome.DONE);
        assertEquals(List.of("small"), given);
        assertEquals(1, ended.get());
    }

    @Test
    void anAnswerThatFailsIsAFault() {
        AssertionError fault = new AssertionError("a test");
        PendingOutcomes broken = new PendingOutcomes(
                element -> new byte[0],
                answer -> {
                    throw fault;
                },
                faults::add,
                ended::incrementAndGet,
                heap.share(),
                room,
                new LogLimits(System::nanoTime));
        add(broken, 1).complete(answer("a"));
        assertEquals(List.of(fault), faults);
        assertEquals(0, broken.settled());
    }
}
