package im.restante.itests.contract;

import static im.restante.itests.contract.Stages.assertFenced;
import static im.restante.itests.contract.Stages.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Admission.OnFull;
import im.restante.store.Appended;
import im.restante.store.Fence;
import im.restante.store.Owed;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What a store does with a message that others take the place of, and with what others are owed because of it. Stores that store
 * at once what is owed pass what is said of the outcome; what lies between is none of theirs.
 */
abstract class OwedContract extends StoreTests {
    private static final Fence WRONG = new Fence(0, Long.MAX_VALUE);

    private boolean replaced(Jid owner, long id, StoredMessage... successors) {
        return await(store.replace(owner, id, List.of(successors), List.of(), Fence.HERE));
    }

    /** Stores a message for Romeo and puts into its place nothing but what others are owed. */
    private void owe(long id, StoredMessage... owed) {
        stored(message(id));
        assertTrue(await(store.replace(ROMEO, id, List.of(), List.of(owed), Fence.HERE)));
    }

    private List<Owed> owed() {
        return await(store.owed(0, 0, 10_000, ALL));
    }

    /** What is owed, for tests of stores that keep it. */
    private List<Owed> owedOnce(long id, StoredMessage... messages) {
        owe(id, messages);
        List<Owed> rows = owed();
        assumeFalse(rows.isEmpty(), "it is stored at once");
        return rows;
    }

    private void take(List<Owed> rows) {
        await(store.takeOwed(0, rows, Fence.HERE));
    }

    private void forget(List<Owed> rows) {
        await(store.forgetOwed(numbers(rows), Fence.HERE));
    }

    private static List<Long> numbers(List<Owed> rows) {
        return rows.stream().map(Owed::number).toList();
    }

    /** As the one does it who carries. */
    private void carry() {
        for (List<Owed> rows = owed(); !rows.isEmpty(); rows = owed()) {
            take(rows);
            forget(rows);
        }
    }

    @Test
    void replacesAMessageByOthersOfItsOwnerInOneStep() throws Exception {
        stored(message(1));
        stored(message(2));
        assertTrue(replaced(ROMEO, 1, message(3, ROMEO, NURSE), message(4, ROMEO, NURSE)));
        assertEquals(List.of(2L, 3L, 4L), waiting(ROMEO));
        assertEquals(1, counted(ROMEO, JULIET));
        assertEquals(2, counted(ROMEO, NURSE));
        restart();
        assertEquals(List.of(2L, 3L, 4L), waiting(ROMEO));
        assertEquals(3, await(store.statistics()).messages());
        assertEquals(4, await(store.statistics()).largestId());
    }

    @Test
    void aSuccessorOfAnotherOwnerIsRefused() {
        stored(message(1));
        assertThrows(IllegalArgumentException.class, () -> replaced(ROMEO, 1, message(2, JULIET, NURSE)));
        assertEquals(List.of(1L), waiting(ROMEO));
        assertEquals(List.of(), waiting(JULIET));
    }

    @Test
    void replacesNothingThatIsNotThere() {
        stored(message(1));
        StoredMessage owed = message(3, JULIET, NURSE);
        assertFalse(await(store.replace(ROMEO, 2, List.of(message(4)), List.of(owed), Fence.HERE)));
        assertFalse(await(store.replace(NURSE, 1, List.of(), List.of(owed), Fence.HERE)), "another's");
        carry();
        assertEquals(List.of(1L), waiting(ROMEO));
        assertEquals(List.of(), waiting(JULIET));
        assertEquals(0, counted(JULIET, NURSE));
    }

    @Test
    void replacesAMessageByItself() {
        StoredMessage before = expiring(1, ROMEO, NOON);
        stored(before);
        assertTrue(replaced(ROMEO, 1, expiring(1, ROMEO, NOON.plusSeconds(1))));
        assertEquals(List.of(1L), waiting(ROMEO));
        assertEquals(List.of(), await(store.expired(NOON, 10)));
        assertEquals(1, counted(ROMEO, JULIET));
        assertTrue(replaced(ROMEO, 1));
        assertEquals(List.of(), waiting(ROMEO));
        assertEquals(0, counted(ROMEO, JULIET));
    }

    @Test
    void replacesAMessageOnceHoweverOftenItIsAskedTo() throws Exception {
        stored(message(1));
        AtomicInteger times = new AtomicInteger();
        AtomicLong next = new AtomicLong(1);
        concurrently(8, thread -> {
            List<StoredMessage> owed = List.of(message(next.incrementAndGet(), JULIET, NURSE));
            if (await(store.replace(ROMEO, 1, List.of(), owed, Fence.HERE))) {
                times.incrementAndGet();
            }
        });
        carry();
        assertEquals(1, times.get());
        assertEquals(1, waiting(JULIET).size());
        assertEquals(1, counted(JULIET, NURSE));
    }

    // ---- what is owed

    @Test
    void whatIsOwedIsStoredForItsOwnersOnceItIsCarried() throws Exception {
        Admission one = Admission.of(1, OnFull.REFUSE);
        evicted(append(message(1, JULIET, NURSE), one));
        StoredMessage first = expiring(3, JULIET, NOON.plusSeconds(9));
        owe(2, first, message(4, JULIET, NURSE), message(4, NURSE, JULIET));
        restart();
        carry();
        carry();
        restart();
        assertEquals(List.of(1L, 3L, 4L), waiting(JULIET), "whatever the limits say");
        assertSame(first, await(store.page(JULIET, 1, 1, ALL)).get(0));
        assertEquals(List.of(4L), waiting(NURSE));
        assertEquals(List.of(), waiting(ROMEO));
        assertEquals(2, counted(JULIET, NURSE));
        assertInstanceOf(Appended.Full.class, await(append(message(5, JULIET, NURSE), one)), "they count");
        assertEquals(4, await(store.statistics()).messages());
        assertEquals(List.of(3L), ids(await(store.expired(NOON.plusSeconds(9), 10))));
        assertEquals(List.of(), owed());
    }

    @Test
    void whatIsOwedWaitsForNobodyBeforeAndItsIdIsGivenToNobody() throws Exception {
        StoredMessage notice = expiring(50, NURSE, NOON);
        List<Owed> rows = owedOnce(1, notice, message(40, JULIET, NURSE));
        for (int start = 0; start < 2; start++) {
            assertEquals(List.of(), waiting(NURSE));
            assertEquals(List.of(), waiting(JULIET));
            assertEquals(0, await(store.usage(NURSE)).messages());
            assertEquals(0, counted(JULIET, NURSE));
            assertEquals(List.of(), await(store.owners(null, 10)));
            assertEquals(List.of(), await(store.expired(NOON.plusSeconds(1), 10)));
            StoreStatistics figures = await(store.statistics());
            assertEquals(0, figures.messages());
            assertTrue(figures.largestId() >= 50, "largest id " + figures.largestId());
            assertEquals(numbers(rows), numbers(owed()));
            assertSame(notice, owed().get(0).message());
            restart();
        }
    }

    @Test
    void numbersGrowWithTheCommitsAndAreNeverGivenAgain() throws Exception {
        List<Long> all = new ArrayList<>(numbers(
                owedOnce(1, message(11, JULIET, NURSE), message(12, NURSE, JULIET), message(13, JULIET, NURSE))));
        assertEquals(
                List.of(11L, 12L, 13L),
                owed().stream().map(row -> row.message().id()).toList());
        carry();
        restart();
        owe(2, message(21, JULIET, NURSE));
        owe(3, message(20, JULIET, NURSE));
        assertEquals(
                List.of(21L, 20L),
                owed().stream().map(row -> row.message().id()).toList());
        all.addAll(numbers(owed()));
        forget(owed());
        restart();
        all.addAll(numbers(owedOnce(4, message(30, NURSE, JULIET))));
        assertEquals(all.stream().distinct().sorted().toList(), all);
        assertEquals(6, all.size());
        carry();
        assertEquals(List.of(12L, 30L), waiting(NURSE));
        assertEquals(List.of(11L, 13L), waiting(JULIET), "what was forgotten is not there");
    }

    @Test
    void showsWhatIsOwedInPages() {
        StoredMessage[] messages = LongStream.rangeClosed(1, 150)
                .mapToObj(n -> message(1_000 - n, n % 2 == 0 ? JULIET : NURSE, ROMEO, "0123456789"))
                .toArray(StoredMessage[]::new);
        List<Owed> rows = owedOnce(1, messages);
        assertEquals(150, rows.size());
        assertEquals(rows.stream().map(Owed::number).sorted().toList(), numbers(rows));
        assertEquals(numbers(rows).subList(0, 40), numbers(await(store.owed(0, 0, 40, ALL))));
        assertEquals(
                numbers(rows).subList(40, 43),
                numbers(await(store.owed(0, rows.get(39).number(), 100, 35))));
        assertEquals(numbers(rows).subList(0, 1), numbers(await(store.owed(0, 0, 100, 1))), "at least one");
        assertEquals(List.of(), await(store.owed(0, rows.get(149).number(), 100, ALL)));
        assertEquals(List.of(), await(store.owed(1_000, 0, 100, ALL)), "another partition's");
    }

    /** Wherever the process dies between the steps: nothing is lost, and nothing is stored twice. */
    @Test
    void whateverTheStepAfterWhichItWasCutItIsStoredOnce() throws Exception {
        long id = 0;
        for (int steps = 0; steps <= 2; steps++) {
            for (boolean isDelivered : List.of(false, true)) {
                id += 10;
                List<Owed> rows = owedOnce(id, message(id + 1, JULIET, NURSE), message(id + 2, NURSE, JULIET));
                if (steps > 0) {
                    take(rows);
                }
                if (steps > 0 && isDelivered) {
                    await(remove(JULIET, List.of(id + 1)));
                }
                if (steps > 1) {
                    forget(rows);
                }
                restart();
                assertEquals(steps > 1 ? List.of() : numbers(rows), numbers(owed()));
                carry();
                assertEquals(steps > 0 && isDelivered ? List.of() : List.of(id + 1), waiting(JULIET));
                assertEquals(List.of(id + 2), waiting(NURSE));
                await(remove(JULIET, List.of(id + 1)));
                await(remove(NURSE, List.of(id + 2)));
            }
        }
        assertEquals(0, await(store.statistics()).messages());
    }

    @Test
    void whatWasTakenIsNotTakenAgainHoweverOftenAndHoweverMuchComesWithIt() throws Exception {
        List<Owed> first = owedOnce(1, message(11, JULIET, NURSE), message(12, JULIET, NURSE));
        take(first);
        await(remove(JULIET, List.of(11L, 12L)));
        take(first);
        take(first.subList(1, 2));
        owe(2, message(13, JULIET, NURSE));
        restart();
        List<Owed> all = owed();
        assertEquals(3, all.size());
        List<CompletionStage<Void>> together = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            together.add(store.takeOwed(0, i % 2 == 0 ? all : first, Fence.HERE));
        }
        together.forEach(Stages::await);
        assertEquals(List.of(13L), waiting(JULIET));
        assertEquals(1, counted(JULIET, NURSE));
        assertEquals(1, await(store.statistics()).messages());
    }

    @Test
    void whoPassesALaterNumberHasDecidedOfTheEarlierOnes() {
        List<Owed> rows = owedOnce(1, message(11, JULIET, NURSE), message(12, JULIET, NURSE));
        take(rows.subList(1, 2));
        take(rows.subList(0, 1));
        take(List.of());
        assertEquals(List.of(12L), waiting(JULIET));
    }

    @Test
    void whatAnotherPartitionOwesHasNumbersOfItsOwn() {
        List<Owed> rows = owedOnce(1, message(11, JULIET, NURSE));
        take(rows);
        Owed other = new Owed(rows.get(0).number(), message(12, JULIET, NURSE));
        for (int i = 0; i < 2; i++) {
            await(store.takeOwed(7, List.of(other), Fence.HERE));
        }
        assertEquals(List.of(11L, 12L), waiting(JULIET));
        assertEquals(numbers(rows), numbers(owed()));
    }

    @Test
    void whatIsThereUnderItsIdStaysAndIsNotCountedAgain() {
        List<Owed> rows = owedOnce(1, message(11, JULIET, NURSE));
        stored(message(11, JULIET, NURSE));
        take(rows);
        assertEquals(List.of(11L), waiting(JULIET));
        assertEquals(1, counted(JULIET, NURSE));
        assertEquals(1, await(store.statistics()).messages());
    }

    @Test
    void forgettingIsHarmlessWhenRepeatedAndForgetsNothingElse() throws Exception {
        List<Owed> rows =
                owedOnce(1, message(11, JULIET, NURSE), message(12, JULIET, NURSE), message(13, JULIET, NURSE));
        await(store.forgetOwed(List.of(rows.get(1).number(), 999_999L), Fence.HERE));
        forget(rows.subList(1, 2));
        await(store.forgetOwed(List.of(), Fence.HERE));
        restart();
        assertEquals(List.of(rows.get(0).number(), rows.get(2).number()), numbers(owed()));
        carry();
        assertEquals(List.of(11L, 13L), waiting(JULIET));
    }

    @Test
    void aWrongEpochChangesNothingOnEitherSide() throws Exception {
        List<Owed> rows = owedOnce(1, message(11, JULIET, NURSE));
        stored(message(2));
        for (Fence wrong : List.of(WRONG, new Fence(1_000, 0), new Fence(1_000, 1))) {
            assertFenced(store.replace(ROMEO, 2, List.of(), List.of(message(12, JULIET, NURSE)), wrong));
            assertFenced(store.takeOwed(0, rows, wrong));
            assertFenced(store.forgetOwed(numbers(rows), wrong));
        }
        restart();
        assertEquals(List.of(2L), waiting(ROMEO));
        assertEquals(List.of(), waiting(JULIET));
        assertEquals(numbers(rows), numbers(owed()));
        assertTrue(await(store.statistics()).largestId() <= 11);
        carry();
        assertEquals(List.of(11L), waiting(JULIET), "nothing was decided");
    }

    /** Whoever reads on behind the last number misses nothing. */
    @Test
    void whatManyOweAtOnceIsSeenInTheOrderOfItsNumbers() throws Exception {
        int threads = 6;
        int each = 40;
        owedOnce(1, message(2, JULIET, NURSE));
        LongStream.rangeClosed(1, threads * each).forEach(n -> stored(message(1_000 + n)));
        AtomicInteger working = new AtomicInteger(threads);
        List<Owed> seen = new ArrayList<>();
        concurrently(threads + 1, thread -> {
            if (thread < threads) {
                for (int i = 1; i <= each; i++) {
                    long n = 1_000 + thread * each + i;
                    StoredMessage owed = message(5_000 + n, JULIET, NURSE);
                    assertTrue(await(store.replace(ROMEO, n, List.of(), List.of(owed), Fence.HERE)));
                }
                working.decrementAndGet();
                return;
            }
            for (boolean isLast = false; ; ) {
                long behind = seen.isEmpty() ? 0 : seen.get(seen.size() - 1).number();
                List<Owed> page = await(store.owed(0, behind, 7, ALL));
                seen.addAll(page);
                if (page.isEmpty()) {
                    if (isLast) {
                        return;
                    }
                    isLast = working.get() == 0;
                }
            }
        });
        assertEquals(threads * each + 1, seen.size());
        assertEquals(numbers(owed()), numbers(seen));
        assertEquals(seen.size(), new HashSet<>(numbers(seen)).size());
        carry();
        assertEquals(threads * each + 1, waiting(JULIET).size());
        assertEquals(threads * each + 1, counted(JULIET, NURSE));
    }
}
