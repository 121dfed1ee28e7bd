package im.restante.internal.delivery;

import static im.restante.internal.delivery.Fixture.NOW;
import static im.restante.internal.delivery.Fixture.ROMEO;
import static im.restante.internal.delivery.Fixture.chat;
import static im.restante.internal.delivery.Fixture.row;
import static im.restante.internal.delivery.StoreTest.now;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.internal.support.Failures;
import im.restante.itests.support.FakeReference;
import im.restante.itests.support.MemoryStore;
import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StoresTest {
    private final Fixture fixture = new Fixture();
    private final MemoryStore first = new MemoryStore();
    private final MemoryStore second = new MemoryStore();

    @Test
    void reservesIdsInEveryStoreThatCan() {
        Fixture fixture = new Fixture();
        CompletionStage<Long> nowhere = fixture.delivery.reserveIds(100);
        fixture.pass(Duration.ofSeconds(5));
        assertEquals(0L, now(nowhere));
        MemoryStore first = new MemoryStore();
        MemoryStore second = new MemoryStore();
        fixture.bind("first", 0, first);
        fixture.bind("second", 0, second);
        assertEquals(0L, now(fixture.delivery.reserveIds(100)));
        first.reservable = 1_000;
        assertEquals(100L, now(fixture.delivery.reserveIds(100)));
        second.reservable = 50;
        assertEquals(50L, now(fixture.delivery.reserveIds(100)));
        second.failure = new StoreException("disk full");
        assertTrue(fixture.delivery.reserveIds(100).toCompletableFuture().isCompletedExceptionally());
    }

    @Test
    void pagesFromTheOnlyStore() {
        fixture.bind("first", 0, first);
        fill(first, 10, 1, 2, 3);
        assertEquals(List.of(2L, 3L), page(1, 10, 1000));
        assertEquals(List.of(1L, 2L), page(0, 2, 1000));
    }

    @Test
    void mergesAllStoresByIdAndShowsADoubledRowOnce() {
        bindBoth();
        fill(first, 10, 1, 4, 5, 8);
        fill(second, 10, 2, 4, 6, 7);
        assertEquals(List.of(1L, 2L, 4L, 5L, 6L, 7L), page(0, 100, 1000));
        assertEquals(List.of(8L), page(7, 100, 1000));
        assertEquals(List.of(), page(8, 100, 1000));
    }

    /** As a move leaves it that was broken off. */
    @Test
    void whatMadeRoomForANewerOneComesFromNoOtherStore() {
        fixture.judging();
        fixture.bind("first", 10, first);
        fixture.bind("second", 0, second);
        fill(second, 10, 7, 8);
        first.onAppend = row -> CompletableFuture.completedFuture(Appended.stored(List.of(7L)));
        assertEquals(new Verdict.Stored("kept"), now(fixture.store(9, chat())));
        assertEquals(List.of(8L), page(0, 100, 1000));
    }

    @Test
    void neverJumpsOverARowThatAStoreHadNoBytesLeftFor() {
        bindBoth();
        fill(first, 60, 1, 2);
        fill(second, 1, 3, 4);
        List<Long> all = new ArrayList<>();
        long after = 0;
        for (List<Long> page = page(after, 10, 100); !page.isEmpty(); page = page(after, 10, 100)) {
            all.addAll(page);
            after = page.get(page.size() - 1);
        }
        assertEquals(List.of(1L, 2L, 3L, 4L), all);
    }

    @Test
    void keepsToRowsAndBytesWhenItMerges() {
        bindBoth();
        fill(first, 40, 1, 3, 5);
        fill(second, 40, 2, 4, 6);
        assertEquals(List.of(1L, 2L), page(0, 2, 1000));
        assertEquals(List.of(1L, 2L), page(0, 100, 100));
        assertEquals(List.of(1L), page(0, 100, 1), "at least one");
    }

    @Test
    void aPageWaitsForAStoreThatHasJustGoneForItsRowsMayComeFirst() {
        FakeReference<MessageStore> gone = fixture.bind("second", 0, second);
        fixture.bind("first", 0, first);
        fill(first, 10, 2);
        fill(second, 10, 1);
        fixture.delivery.unbindStore(gone);
        CompletableFuture<List<StoredMessage>> page =
                fixture.delivery.page(ROMEO, 0, 10, 1000).toCompletableFuture();
        fixture.pass(Duration.ofSeconds(4));
        assertFalse(page.isDone());
        fixture.bind("second", 0, second);
        assertEquals(List.of(1L), ids(now(page)));
        assertEquals(List.of(2L), page(1, 10, 1000));
    }

    @Test
    void aPageThatIsBeingReadWaitsForAStoreThatGoesMeanwhile() {
        FakeReference<MessageStore> going = fixture.bind("first", 10, first);
        fixture.bind("second", 0, second);
        fill(first, 10, 1);
        fill(second, 10, 2);
        CompletableFuture<Void> read = new CompletableFuture<>();
        first.beforePage = read;
        CompletableFuture<List<StoredMessage>> page =
                fixture.delivery.page(ROMEO, 0, 10, 1000).toCompletableFuture();
        fixture.delivery.unbindStore(going);
        read.complete(null);
        assertFalse(page.isDone(), "not without the first of all");
        fixture.bind("first", 10, first);
        assertEquals(List.of(1L), ids(now(page)));
    }

    @Test
    void aPageDoesWithoutAStoreThatStaysAway() {
        FakeReference<MessageStore> gone = fixture.bind("second", 0, second);
        fixture.bind("first", 0, first);
        fill(first, 10, 2);
        fixture.delivery.unbindStore(gone);
        CompletableFuture<List<StoredMessage>> page =
                fixture.delivery.page(ROMEO, 0, 10, 1000).toCompletableFuture();
        assertFalse(page.isDone());
        fixture.pass(Duration.ofSeconds(5));
        assertEquals(List.of(2L), ids(now(page)));
        assertEquals(List.of(2L), page(0, 10, 1000));
    }

    @Test
    void sessionsAreToldOfAStoreThatComes() {
        AtomicInteger told = new AtomicInteger();
        fixture.delivery.bindSpools(new FakeSpools(told::incrementAndGet).service());
        fixture.bind("first", 0, first);
        assertEquals(0, told.get(), "it was there before");
        fixture.delivery.open();
        fixture.bind("second", 0, second);
        fixture.delivery.close();
        assertEquals(1, told.get());
    }

    @Test
    void givesNothingOutOfOrderWhenOneStoreCannotBeRead() {
        bindBoth();
        fill(first, 10, 2);
        second.failure = new StoreException("damaged");
        StoreException e = problem(fixture.delivery.page(ROMEO, 0, 10, 1000));
        assertTrue(e.getMessage().contains("store second: damaged"), e.getMessage());
    }

    @Test
    void removesFromWhicheverStoreHasThem() {
        bindBoth();
        fill(first, 10, 1, 3);
        fill(second, 10, 2, 4);
        now(fixture.delivery.remove(ROMEO, List.of(1L, 2L)));
        assertEquals(List.of(3L), first.ids());
        assertEquals(List.of(4L), second.ids());
    }

    @Test
    void removesFromAStoreThatComesBackWhatWasProvedWhileItWasAway() {
        FakeReference<MessageStore> reference = fixture.bind("first", 10, first);
        fixture.bind("second", 0, second);
        fill(first, 10, 1, 2, 3);
        fixture.delivery.unbindStore(reference);
        now(fixture.delivery.remove(ROMEO, List.of(1L, 2L)));
        assertEquals(List.of(1L, 2L, 3L), first.ids());
        fixture.bind("first", 10, first);
        assertEquals(List.of(3L), first.ids());
    }

    @Test
    void readsNothingBeforeAReturnedStoreHasMadeUpForWhatItMissed() {
        FakeReference<MessageStore> reference = fixture.bind("first", 10, first);
        fill(first, 10, 1, 2);
        fixture.delivery.unbindStore(reference);
        CompletionStage<Void> removal = fixture.delivery.remove(ROMEO, List.of(1L));
        fixture.pass(Duration.ofSeconds(5));
        problem(removal);
        CompletableFuture<Void> held = new CompletableFuture<>();
        first.beforeRemove = held;
        fixture.bind("first", 10, first);
        CompletionStage<List<StoredMessage>> page = fixture.delivery.page(ROMEO, 0, 10, 1000);
        assertFalse(page.toCompletableFuture().isDone());
        held.complete(null);
        assertEquals(List.of(2L), now(page).stream().map(StoredMessage::id).toList());
    }

    @Test
    void remembersOnlySoManyRemovalsForAStoreThatIsAway() {
        Stores stores = new Stores("");
        OwedRemovals owed = new OwedRemovals(
                stores,
                fixture.gate,
                owner -> Fence.HERE,
                Runnable::run,
                fixture.nanos::get,
                () -> Duration.ofSeconds(10));
        owed.gone("first").run();
        owed.missed(
                ROMEO, LongStream.rangeClosed(1, OwedRemovals.MAX_IDS).boxed().toList());
        owed.missed(ROMEO, List.of(1L, 2L));
        fill(first, 10, 1, 2);
        owed.back("first", first).run();
        assertEquals(List.of(), first.ids());
        owed.gone("first").run();
        owed.missed(
                ROMEO,
                LongStream.rangeClosed(1, OwedRemovals.MAX_IDS + 1).boxed().toList());
        fill(first, 10, 1, 2);
        owed.back("first", first).run();
        assertEquals(List.of(1L, 2L), first.ids());
    }

    @Test
    void waitsForAStoreToBeAsked() {
        fill(first, 10, 1);
        CompletionStage<List<StoredMessage>> page = fixture.delivery.page(ROMEO, 0, 10, 1000);
        CompletionStage<Void> back = fixture.delivery.requeue(List.of(row(5)));
        fixture.pass(Duration.ofSeconds(4));
        assertFalse(page.toCompletableFuture().isDone());
        fixture.bind("first", 0, first);
        assertEquals(1, now(page).get(0).id());
        assertTrue(back.toCompletableFuture().isDone());
        assertEquals(List.of(1L, 5L), first.ids());
    }

    @Test
    void failsWhenNoStoreComes() {
        CompletionStage<List<StoredMessage>> page = fixture.delivery.page(ROMEO, 0, 10, 1000);
        CompletionStage<Void> remove = fixture.delivery.remove(ROMEO, List.of(1L));
        CompletionStage<Void> back = fixture.delivery.requeue(List.of(row(1)));
        fixture.pass(Duration.ofSeconds(5));
        problem(page);
        problem(remove);
        problem(back);
    }

    @Test
    void failsWhenAStoreDoesNotAnswerInTime() {
        fixture.bind("first", 0, first);
        first.onAppend = row -> new CompletableFuture<>();
        CompletionStage<Void> back = fixture.delivery.requeue(List.of(row(1)));
        fixture.pass(Duration.ofSeconds(9));
        assertFalse(back.toCompletableFuture().isDone());
        fixture.pass(Duration.ofSeconds(1));
        problem(back);
    }

    @Test
    void putsBackInOrderWhateverTheLimits() {
        fixture.bind("first", 0, first);
        List<StoredMessage> rows =
                LongStream.rangeClosed(1, 1_000).mapToObj(Fixture::row).toList();
        CompletionStage<Void> back = fixture.delivery.requeue(rows);
        assertTrue(back.toCompletableFuture().isDone());
        assertEquals(rows.stream().map(StoredMessage::id).toList(), first.ids());
        assertTrue(first.admissions.stream().allMatch(Admission.UNLIMITED::equals));
    }

    @Test
    void saysSoWhenOneRowCouldNotBePutBackAndTellsOfTheOthers() {
        fixture.bind("first", 0, first);
        first.onAppend = row -> row.id() == 2 ? CompletableFuture.failedFuture(new StoreException("disk full")) : null;
        List<Long> durable = new ArrayList<>();
        CompletionStage<Void> back =
                fixture.delivery.requeue(List.of(row(1), row(2), row(3)), row -> durable.add(row.id()));
        assertEquals("disk full", problem(back).getMessage());
        assertEquals(List.of(1L, 3L), durable);
    }

    @Test
    void knowsTheLargestIdOfAllStores() {
        bindBoth();
        fill(first, 10, 7);
        fill(second, 10, 9, 3);
        assertEquals(9, now(fixture.delivery.largestId()));
    }

    @Test
    void countsWhatWaitsInAllStores() {
        bindBoth();
        fill(first, 10, 7);
        fill(second, 10, 9, 3);
        assertEquals(3, now(fixture.delivery.count(row(1).owner())));
    }

    @Test
    void takesNoStoreForNoIdWhenNoneComes() {
        CompletionStage<Long> largest = fixture.delivery.largestId();
        assertFalse(largest.toCompletableFuture().isDone());
        fixture.pass(Duration.ofSeconds(5));
        assertEquals(0, now(largest));
    }

    @Test
    void emptiesTheSpoolsOfARemovedAccount() {
        bindBoth();
        LongStream.rangeClosed(1, 1_200).forEach(id -> fill(first, 10, id));
        fill(second, 10, 2_000);
        Jid benvolio = Jid.of("benvolio@example.org");
        second.rows.add(row(2_001, benvolio, 10));
        Told told = new Told();
        fixture.delivery.addMessageListener(told);
        fixture.delivery.removed(ROMEO);
        assertEquals(
                1_201,
                told.lines.stream()
                        .filter(line -> line.endsWith(" ACCOUNT_REMOVED"))
                        .count());
        assertEquals(List.of(), first.ids());
        assertEquals(List.of(2_001L), second.ids());
    }

    @Test
    void emptiesTheSpoolOnceMoreForWhatWasUnderWayWhenTheAccountWent() {
        fixture.bind("first", 0, first);
        fixture.delivery.removed(ROMEO);
        fill(first, 10, 1);
        fixture.pass(Duration.ofSeconds(30));
        assertEquals(List.of(), first.ids());
        fill(first, 10, 2);
        fixture.pass(Duration.ofSeconds(300));
        assertEquals(List.of(2L), first.ids(), "and then no more");
    }

    @Test
    void triesAgainUntilTheSpoolIsEmptyButLeavesWhatTheNextOwnerGot() {
        fixture.bind("first", 0, first);
        fill(first, 10, 1, 2);
        first.failure = new StoreException("locked");
        fixture.delivery.removed(ROMEO);
        first.rows.add(StoredMessage.of(3, ROMEO, Fixture.JULIET, NOW.plusSeconds(1), new byte[10]));
        fixture.pass(Duration.ofMillis(300));
        assertEquals(List.of(1L, 2L, 3L), first.ids());
        first.failure = null;
        fixture.pass(Duration.ofMillis(400));
        assertEquals(List.of(3L), first.ids());
    }

    @Test
    void emptiesTheSpoolBeforeTheAccountGoesOrSaysThatItCannot() {
        bindBoth();
        fill(first, 10, 1, 2);
        fill(second, 10, 3);
        now(fixture.delivery.removing(ROMEO));
        assertEquals(List.of(), first.ids());
        assertEquals(List.of(), second.ids());
        fill(first, 10, 4);
        first.failure = new StoreException("locked");
        assertTrue(fixture.delivery.removing(ROMEO).toCompletableFuture().isCompletedExceptionally());
    }

    @Test
    void whatIsOwedToAnAccountGoesWithItAndNeverReachesTheNextOfItsName() {
        AccountSpools accounts = new AccountSpools();
        Jid nurse = Jid.of("nurse@example.org");
        FakeReference<MessageStore> reference = fixture.bind("first", 0, first);
        first.owe(List.of(row(1, ROMEO, 10), row(2, nurse, 10)));
        assertTrue(
                fixture.delivery.removing(ROMEO).toCompletableFuture().isCompletedExceptionally(),
                "while it cannot be carried");
        fixture.owed.bindSpools(FakeSpools.service(accounts));
        first.owe(List.of(row(3, ROMEO, 10)));
        CompletableFuture<Boolean> change = new CompletableFuture<>();
        fixture.owed.owing(new Stores.Named("first", first), () -> change);
        CompletionStage<Void> removing = fixture.delivery.removing(ROMEO);
        assertFalse(removing.toCompletableFuture().isDone(), "a change that may owe it something is under way");
        assertTrue(fixture.gate.close(List.of(ROMEO)).isDone(), "who carries to another store does not wait for that");
        fixture.gate.open(List.of(ROMEO));
        first.owe(List.of(row(4, ROMEO, 10)));
        change.complete(true);
        now(removing);
        assertEquals(List.of(2L), first.ids());
        assertEquals(List.of(), first.owed);
        accounts.gone.add(ROMEO);
        fixture.delivery.removed(ROMEO);
        first.owe(List.of(row(5, ROMEO, 10)));
        fixture.owed.unbindStore(reference);
        fixture.owed.bindStore(reference, first); // a crash, and a start before anybody takes the name
        accounts.gone.clear();
        fixture.pass(Duration.ofSeconds(30));
        assertEquals(List.of(2L), first.ids());
        assertEquals(List.of(), first.owed);
    }

    @Test
    void anOwnersMessagesWaitForThoseUnderWayToTheStoreBefore() {
        fixture.judging();
        FakeReference<MessageStore> before = fixture.bind("first", 10, first);
        CompletableFuture<Appended> slow = new CompletableFuture<>();
        first.onAppend = row -> row.id() == 1 ? slow : null;
        CompletionStage<Verdict> one = fixture.store(1, chat());
        before.ranking(-1);
        fixture.bind("second", 0, second);
        fixture.delivery.updatedStore(before);
        CompletionStage<Verdict> two = fixture.store(2, chat());
        CompletionStage<Verdict> other = fixture.delivery.store(
                chat(), row(3, Jid.of("mercutio@example.org"), 10), new StorageDecision.Keep("kept"), new Claim());
        assertEquals(List.of(3L), second.ids());
        assertTrue(other.toCompletableFuture().isDone());
        assertFalse(two.toCompletableFuture().isDone());

        slow.complete(Appended.stored());
        assertTrue(one.toCompletableFuture().isDone());
        assertTrue(two.toCompletableFuture().isDone());
        assertEquals(List.of(3L, 2L), second.ids());
    }

    @Test
    void theyDoNotWaitForAStoreThatNeverAnswers() {
        fixture.judging();
        FakeReference<MessageStore> before = fixture.bind("first", 10, first);
        first.onAppend = row -> new CompletableFuture<>();
        fixture.store(1, chat());
        before.ranking(-1);
        fixture.bind("second", 0, second);
        fixture.delivery.updatedStore(before);
        fixture.pass(Duration.ofSeconds(9));
        CompletionStage<Verdict> two = fixture.store(2, chat());
        assertFalse(two.toCompletableFuture().isDone());
        fixture.pass(Duration.ofSeconds(2));
        assertEquals(List.of(2L), second.ids());
        assertTrue(two.toCompletableFuture().isDone());
    }

    @Test
    void theStoreOfNewMessagesIsReadBeforeTheOthers() {
        bindBoth();
        CompletableFuture<Void> read = new CompletableFuture<>();
        first.beforePage = read;
        CompletionStage<List<StoredMessage>> page = fixture.delivery.page(ROMEO, 0, 10, Long.MAX_VALUE);
        second.append(
                row(1),
                Admission.UNLIMITED,
                Fence.HERE,
                Claim.NEVER_WITHDRAWN); // it was under way; what comes after it goes to the first
        first.append(row(2), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN);
        read.complete(null);
        // not 2 alone, behind which nobody would look for 1
        assertEquals(List.of(1L), now(page).stream().map(StoredMessage::id).toList());
    }

    private void bindBoth() {
        fixture.bind("first", 10, first);
        fixture.bind("second", 0, second);
    }

    private static void fill(MemoryStore store, int bytes, long... ids) {
        for (long id : ids) {
            store.rows.add(row(id, ROMEO, bytes));
        }
    }

    private List<Long> page(long after, int rows, long bytes) {
        return ids(now(fixture.delivery.page(ROMEO, after, rows, bytes)));
    }

    private static List<Long> ids(List<StoredMessage> rows) {
        return rows.stream().map(StoredMessage::id).toList();
    }

    private static StoreException problem(CompletionStage<?> stage) {
        assertTrue(stage.toCompletableFuture().isCompletedExceptionally());
        Throwable problem = stage.handle((value, e) -> Failures.unwrap(e))
                .toCompletableFuture()
                .join();
        return (StoreException) problem;
    }
}
