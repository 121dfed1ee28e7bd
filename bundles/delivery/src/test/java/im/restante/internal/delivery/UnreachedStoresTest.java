package im.restante.internal.delivery;

import static im.restante.internal.delivery.Fixture.ROMEO;
import static im.restante.internal.delivery.Fixture.chat;
import static im.restante.internal.delivery.Fixture.row;
import static im.restante.internal.delivery.StoreTest.now;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Verdict;
import im.restante.itests.support.FakeReference;
import im.restante.itests.support.MemoryStore;
import im.restante.jid.Jid;
import im.restante.store.Appended;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A store that is there and has never answered, such as one on a server that is down. */
class UnreachedStoresTest {
    private final Fixture fixture = new Fixture().judging();
    private final MemoryStore works = new MemoryStore();
    private final MemoryStore dead = new MemoryStore();

    UnreachedStoresTest() {
        kill(dead);
    }

    private static void kill(MemoryStore store) {
        store.failure = new StoreException("cannot be reached");
        store.onAppend = row -> CompletableFuture.failedFuture(new StoreException("cannot be reached"));
    }

    private static void mend(MemoryStore store) {
        store.failure = null;
        store.onAppend = row -> null;
    }

    private CompletionStage<List<StoredMessage>> page() {
        return fixture.delivery.page(ROMEO, 0, 10, 1000);
    }

    private static List<Long> ids(CompletionStage<List<StoredMessage>> page) {
        return now(page).stream().map(StoredMessage::id).toList();
    }

    /** As the delivery's clock ticks. */
    private void pass(int seconds) {
        for (int tenth = 0; tenth < 10 * seconds; tenth++) {
            fixture.pass(Duration.ofMillis(100));
        }
    }

    @Test
    void isLeftOutOfDrainsOnceItWasMissedForTheSwapTimeout() {
        fixture.bind("works", 0, works);
        fixture.bind("dead", -10, dead);
        works.rows.add(row(1));
        CompletionStage<List<StoredMessage>> page = page();
        pass(4);
        assertFalse(page.toCompletableFuture().isDone(), "it may still come");
        pass(1);
        assertEquals(List.of(1L), ids(page));
        assertEquals(List.of(1L), ids(page()), "and nobody waits again");
        assertEquals(1, now(fixture.delivery.count(ROMEO)));
        assertEquals(1, now(fixture.delivery.largestId()));
    }

    @Test
    void isSaidOnceInTheLog() throws ReflectiveOperationException {
        try (SaidInTheLog log = new SaidInTheLog(Stores.class, SpoolDelivery.class)) {
            fixture.bind("works", 0, works);
            fixture.bind("dead", -10, dead);
            pass(300);
            page();
            assertEquals(1, log.lines("the store dead has not answered since it came"), log::toString);
            assertEquals(1, log.lines(" WARN "), log::toString);
        }
    }

    @Test
    void whereTheStoreThatIsConfiguredIsNotPresentTheLogNamesItAndWhatWouldBeRight() throws Exception {
        Fixture nowhere = new Fixture(Map.of("store", "nowhere")).judging();
        try (SaidInTheLog log = new SaidInTheLog(Stores.class)) {
            nowhere.bind("works", 0, works);
            nowhere.bind("dead", -10, dead);
            nowhere.pass(Duration.ofSeconds(6));
            assertEquals(
                    1,
                    log.lines(
                            "the store dead has not answered since it came, and store=nowhere does not name it: it is left"
                                    + " out. No store takes new messages: store=nowhere in im.restante.offline names one that is"
                                    + " not present. Set it to one of those present, [works, dead], or start the store nowhere;"),
                    log::toString);
        }
    }

    @Test
    void aStoreThatFailsWithAnErrorWhenItIsAskedStopsNoClock() {
        works.onStatistics = () -> {
            throw new StackOverflowError("broken on purpose");
        };
        fixture.bind("works", 0, works);
        pass(6);
        works.onStatistics = () -> {};
        pass(3);
        works.rows.add(row(1));
        assertEquals(List.of(1L), ids(page()));
    }

    @Test
    void itsMailComesWhenItArrivesAndSessionsAreToldOfIt() {
        AtomicInteger told = new AtomicInteger();
        fixture.delivery.bindSpools(new FakeSpools(told::incrementAndGet).service());
        fixture.bind("works", 0, works);
        fixture.bind("dead", -10, dead);
        fixture.delivery.open();
        try {
            pass(6);
            works.rows.add(row(2));
            dead.rows.add(row(1));
            dead.rows.add(row(3));
            assertEquals(List.of(2L), ids(page()));
            now(fixture.delivery.remove(ROMEO, List.of(2L)));
            int before = told.get();
            mend(dead);
            pass(2);
            assertEquals(before + 1, told.get());
            assertEquals(List.of(1L, 3L), ids(page()));
        } finally {
            fixture.delivery.close();
        }
    }

    /** As a move leaves it that was broken off: what is in both was delivered from the one that works. */
    @Test
    void whatWasRemovedMeanwhileIsRemovedFromItToo() {
        fixture.bind("works", 0, works);
        fixture.bind("dead", -10, dead);
        pass(6);
        works.rows.add(row(1));
        dead.rows.add(row(1));
        now(fixture.delivery.remove(ROMEO, List.of(1L)));
        mend(dead);
        pass(2);
        assertEquals(List.of(), dead.ids());
    }

    @Test
    void isNotPreferredByItsRankingToOneThatWorks() {
        fixture.bind("dead", 10, dead);
        fixture.bind("works", 0, works);
        CompletionStage<Verdict> early = fixture.store(1, chat());
        assertFalse(early.toCompletableFuture().isDone(), "it may still come");
        pass(5);
        assertEquals(new Verdict.Stored("kept"), now(early));
        assertEquals(new Verdict.Stored("kept"), now(fixture.store(2, chat())));
        assertEquals(List.of(1L, 2L), works.ids());
        mend(dead);
        pass(2);
        assertEquals(new Verdict.Stored("kept"), now(fixture.store(3, chat())));
        assertEquals(List.of(3L), dead.ids(), "now it is preferred");
    }

    @Test
    void oneThatIsAddedTakesOverOnlyWhenItAnswers() {
        fixture.bind("works", 0, works);
        fixture.store(1, chat());
        fixture.bind("dead", 10, dead);
        assertEquals(new Verdict.Stored("kept"), now(fixture.store(2, chat())), "nobody waits for it");
        assertEquals(List.of(1L, 2L), works.ids());
    }

    @Test
    void isWaitedForIfItIsChosen() {
        Fixture chosen = new Fixture(Map.of("store", "dead")).judging();
        chosen.bind("works", 0, works);
        chosen.bind("dead", -10, dead);
        works.rows.add(row(1));
        for (int i = 0; i < 100; i++) {
            chosen.pass(Duration.ofMillis(100));
        }
        CompletionStage<List<StoredMessage>> page = chosen.delivery.page(ROMEO, 0, 10, 1000);
        assertTrue(page.toCompletableFuture().isCompletedExceptionally(), "what it holds may have to come first");
        CompletionStage<Verdict> stored = chosen.store(2, chat());
        assertTrue(now(stored) instanceof Verdict.Failed, () -> now(stored).toString());
        assertEquals(List.of(1L), works.ids());
        mend(dead);
        dead.onAppend = row -> CompletableFuture.completedFuture(Appended.stored());
        for (int i = 0; i < 20; i++) {
            chosen.pass(Duration.ofMillis(100));
        }
        assertEquals(1, now(chosen.delivery.page(ROMEO, 0, 10, 1000)).size());
    }

    @Test
    void theOnlyStoreIsNotLeftOut() {
        fixture.bind("dead", 0, dead);
        pass(6);
        assertTrue(page().toCompletableFuture().isCompletedExceptionally(), "never an empty page");
        assertTrue(now(fixture.store(1, chat())) instanceof Verdict.Failed);
        mend(dead);
        dead.rows.add(row(1));
        pass(2);
        assertEquals(List.of(1L), ids(page()));
    }

    /** A store that is being replaced comes back in a moment; one that never answered is no substitute. */
    @Test
    void takesNoMessageWhileTheOneThatWorksIsReplaced() {
        FakeReference<MessageStore> reference = fixture.bind("works", 0, works);
        fixture.bind("dead", -10, dead);
        pass(6);
        fixture.delivery.unbindStore(reference);
        CompletionStage<Verdict> stored = fixture.store(1, chat());
        assertFalse(stored.toCompletableFuture().isDone());
        fixture.bind("works", 0, works);
        assertEquals(new Verdict.Stored("kept"), now(stored));
    }

    @Test
    void doesNotStopTheRemovalOfAnAccountWhoseMailInItGoesWhenItArrives() {
        fixture.bind("works", 0, works);
        fixture.bind("dead", -10, dead);
        pass(6);
        works.rows.add(row(1));
        dead.rows.add(row(2));
        dead.rows.add(row(3, Jid.of("benvolio@example.org"), 10));
        now(fixture.delivery.removing(ROMEO));
        fixture.delivery.removed(ROMEO);
        assertEquals(List.of(), works.ids());
        pass(60);
        mend(dead);
        pass(60);
        assertEquals(List.of(3L), dead.ids());
    }

    @Test
    void isAskedNoMoreThanOnceInAWhile() {
        AtomicInteger asked = new AtomicInteger();
        MemoryStore counting = dead;
        fixture.bind("works", 0, works);
        fixture.bind("dead", -10, counting);
        counting.onStatistics = asked::incrementAndGet;
        pass(60);
        assertTrue(asked.get() >= 25 && asked.get() <= 60, () -> "asked " + asked + " times in a minute");
    }
}
