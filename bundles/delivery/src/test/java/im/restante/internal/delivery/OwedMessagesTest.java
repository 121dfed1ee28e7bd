package im.restante.internal.delivery;

import static im.restante.internal.delivery.Fixture.JULIET;
import static im.restante.internal.delivery.Fixture.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.home.Homes;
import im.restante.itests.support.CallingStore;
import im.restante.itests.support.CrashingStore;
import im.restante.itests.support.MemoryStore;
import im.restante.jid.Jid;
import im.restante.store.Fence;
import im.restante.store.MessageKind;
import im.restante.store.MessageStore;
import im.restante.store.Owed;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OwedMessagesTest {
    private static final Jid NURSE = Jid.of("nurse@example.org");

    private final MemoryStore store = new MemoryStore();
    private final AccountSpools spools = new AccountSpools();
    private final DirectWorkers workers = new DirectWorkers();
    private final OwedMessages carrier = new OwedMessages(owner -> Fence.HERE, workers, workers.nanos::get);
    private final Stores.Named named = new Stores.Named("memory", store);

    private static StoredMessage notice(long id, Jid owner) {
        return StoredMessage.of(id, owner, Jid.of("example.org"), NOW, new byte[] {1})
                .withKind(MessageKind.NOTICE);
    }

    private void bind(MessageStore bound) {
        carrier.bindSpools(FakeSpools.service(spools));
        carrier.bindStore(Fixture.reference("memory", 0), bound);
    }

    /** Leaves something owed, as a change does. */
    private CompletionStage<Void> owe(StoredMessage... notices) {
        return carrier.owing(named, () -> {
            store.owe(List.of(notices));
            return CompletableFuture.completedFuture(true);
        });
    }

    private List<Long> waiting(Jid owner) {
        return store.rows.stream()
                .filter(row -> row.owner().equals(owner))
                .map(StoredMessage::id)
                .toList();
    }

    @Test
    void carriesWhatWasOwedWhenAStoreComes() {
        List<StoredMessage> notices = new ArrayList<>();
        for (long id = 1; id <= 3 * OwedMessages.ROWS + 7; id++) {
            notices.add(notice(1_000 - id, id % 3 == 0 ? JULIET : NURSE));
        }
        store.owe(notices);
        bind(store);
        assertEquals(notices, store.rows, "in the order of their numbers");
        assertEquals(List.of(), store.owed);
        assertEquals(Set.of(JULIET, NURSE), new HashSet<>(spools.arrivals));
        assertTrue(spools.arrivals.size() <= 8, "told " + spools.arrivals.size() + " times");
    }

    @Test
    void carriesAfterAChangeThatOwesSomethingAndAsksForNothingElse() {
        bind(store);
        int before = store.owedQuestions.get();
        owe(notice(1, JULIET));
        assertEquals(List.of(1L), waiting(JULIET));
        assertEquals(List.of(JULIET), spools.arrivals);
        int after = store.owedQuestions.get();
        assertEquals(2, after - before, "the page, and that there is no more");
        carrier.owing(named, () -> CompletableFuture.completedFuture(false));
        workers.pass(Duration.ofDays(1));
        assertEquals(after, store.owedQuestions.get());
    }

    @Test
    void carriesAfterAChangeWhoseOutcomeNobodyKnows() {
        bind(store);
        CompletionStage<Void> change = carrier.owing(named, () -> {
            store.owe(List.of(notice(1, JULIET)));
            return CompletableFuture.failedFuture(new StoreException("the answer was lost"));
        });
        assertTrue(change.toCompletableFuture().isCompletedExceptionally());
        assertEquals(List.of(1L), waiting(JULIET));
    }

    /** At whatever call the process dies, done or not: the next one finishes it, and nobody gets anything twice. */
    @Test
    void whateverCallAProcessDiesAtEachGetsWhatItIsOwedOnce() throws Exception {
        int crashes = 0;
        for (boolean afterItsEffect : new boolean[] {false, true}) {
            boolean crashed = true;
            for (int fatal = 1; crashed; fatal++) {
                MemoryStore disk = new MemoryStore();
                List<StoredMessage> notices = new ArrayList<>();
                for (long id = 1; id <= OwedMessages.ROWS + 20; id++) {
                    notices.add(notice(id, id % 2 == 0 ? JULIET : NURSE));
                }
                disk.owe(notices);
                CrashingStore crash = new CrashingStore(fatal, afterItsEffect);
                process(crash.around(disk));
                crashed = crash.crashed();
                List<StoredMessage> delivered = List.copyOf(disk.rows);
                disk.rows.clear();
                disk.owe(List.of(notice(500, JULIET)));
                process(disk);
                List<StoredMessage> got = new ArrayList<>(delivered);
                got.addAll(disk.rows);
                notices.add(notice(500, JULIET));
                String when = "death at call " + fatal + (afterItsEffect ? ", done" : ", not done");
                assertEquals(
                        notices.stream().map(StoredMessage::id).toList(),
                        got.stream().map(StoredMessage::id).toList(),
                        when);
                assertEquals(List.of(), disk.owed, when);
                crashes += crashed ? 1 : 0;
            }
        }
        assertTrue(crashes >= 14, "it died at " + crashes + " calls");
    }

    private void process(MessageStore disk) {
        OwedMessages fresh = Fixture.owed();
        fresh.bindSpools(FakeSpools.service(new AccountSpools()));
        fresh.bindStore(Fixture.reference("memory", 0), disk);
    }

    @Test
    void whatIsOwedToAnAccountThatIsGoneIsForgotten() {
        spools.gone.add(NURSE);
        store.owe(List.of(notice(1, NURSE), notice(2, JULIET), notice(3, NURSE)));
        bind(store);
        assertEquals(List.of(2L), store.ids());
        assertEquals(List.of(), store.owed);
        assertEquals(List.of(JULIET), spools.arrivals);
        spools.gone.clear();
        owe(notice(4, NURSE));
        assertEquals(List.of(4L), waiting(NURSE), "the new one gets its own");
    }

    @Test
    void forgetsNothingWhileNobodyKnowsWhoHasAnAccount() {
        spools.ignorant = true;
        store.owe(List.of(notice(1, NURSE)));
        bind(store);
        assertEquals(1, store.owed.size());
        spools.ignorant = false;
        workers.pass(Duration.ofMinutes(1));
        assertEquals(List.of(1L), waiting(NURSE));
    }

    @Test
    void waitsForSomebodyWhoKnowsTheAccounts() {
        store.owe(List.of(notice(1, NURSE)));
        carrier.bindStore(Fixture.reference("memory", 0), store);
        assertEquals(1, store.owed.size());
        carrier.bindSpools(FakeSpools.service(spools));
        assertEquals(List.of(1L), waiting(NURSE));
        owe(notice(2, NURSE));
        assertEquals(List.of(1L, 2L), waiting(NURSE), "it failed before, but not last");
    }

    @Test
    void asksAStoreThatRefusesLessAndLessOftenAndSaysSoOnceAMinute() throws Exception {
        try (SaidInTheLog log = new SaidInTheLog(OwedMessages.class)) {
            bind(store);
            store.failureToWrite = StoreException.nothingChanged("disk full");
            int before = store.owedQuestions.get();
            for (int second = 0; second < 600; second++) {
                owe(notice(second + 1, NURSE));
                workers.pass(Duration.ofSeconds(1));
            }
            int asked = store.owedQuestions.get() - before;
            assertTrue(asked >= 15 && asked <= 35, "asked " + asked + " times in ten minutes");
            long lines = log.lines("waits in memory: disk full; trying again");
            assertTrue(lines >= 1 && lines <= 10, log.toString());
            store.failureToWrite = null;
            workers.pass(Duration.ofSeconds(40));
            assertEquals(600, waiting(NURSE).size());
            assertEquals(List.of(), store.owed);
        }
    }

    @Test
    void anErrorOfAStoreIsAFailureLikeAnyOther() {
        AtomicBoolean broken = new AtomicBoolean(true);
        store.owe(List.of(notice(1, NURSE)));
        bind(CallingStore.before(store, "takeOwed", () -> {
            if (broken.get()) {
                throw new NoClassDefFoundError("gone with its bundle");
            }
        }));
        assertEquals(1, store.owed.size());
        broken.set(false);
        workers.pass(Duration.ofMinutes(1));
        assertEquals(List.of(1L), waiting(NURSE));
    }

    @Test
    void changesDuringAPassAreCarriedByOneMore() {
        AtomicReference<Runnable> during = new AtomicReference<>(() -> {});
        MessageStore calling = CallingStore.before(
                store, "takeOwed", () -> during.getAndSet(() -> {}).run());
        bind(calling);
        Stores.Named bound = new Stores.Named("memory", calling);
        during.set(() -> {
            for (long id = 2; id <= 50; id++) {
                store.owe(List.of(notice(id, NURSE)));
                carrier.owing(bound, () -> CompletableFuture.completedFuture(true));
            }
        });
        int before = store.owedQuestions.get();
        store.owe(List.of(notice(1, NURSE)));
        carrier.owing(bound, () -> CompletableFuture.completedFuture(true));
        assertEquals(50, waiting(NURSE).size());
        assertTrue(store.owedQuestions.get() - before <= 5, "asked " + (store.owedQuestions.get() - before));
    }

    @Test
    void whatComesBehindTheLastLookOfAPassIsCarriedByTheNext() {
        AtomicReference<Runnable> behind = new AtomicReference<>(() -> {});
        MessageStore calling = CallingStore.after(
                store, "owed", () -> behind.getAndSet(() -> {}).run());
        bind(calling);
        Stores.Named bound = new Stores.Named("memory", calling);
        behind.set(() -> carrier.owing(bound, () -> {
            store.owe(List.of(notice(1, NURSE)));
            return CompletableFuture.completedFuture(true);
        }));
        carrier.carried(bound);
        assertEquals(List.of(1L), waiting(NURSE));
    }

    @Test
    void whoWantsAllCarriedWaitsForChangesUnderWayAndIsToldHowMuchThatMade() throws Exception {
        bind(store);
        owe(notice(1, JULIET), notice(2, NURSE));
        CompletableFuture<Boolean> change = new CompletableFuture<>();
        carrier.owing(named, () -> change);
        CompletableFuture<Long> carried = carrier.carried(named).toCompletableFuture();
        assertFalse(carried.isDone());
        store.owe(List.of(notice(3, NURSE)));
        change.complete(true);
        assertEquals(3L, carried.get());
        assertEquals(List.of(2L, 3L), waiting(NURSE));
        assertEquals(3L, carrier.carried(named).toCompletableFuture().get());
    }

    @Test
    void whoWantsAllCarriedIsToldThatItFailedAtOnce() {
        bind(store);
        store.failureToWrite = StoreException.nothingChanged("disk full");
        owe(notice(1, JULIET));
        for (int i = 0; i < 2; i++) {
            ExecutionException failed = org.junit.jupiter.api.Assertions.assertThrows(
                    ExecutionException.class,
                    () -> carrier.carried(named).toCompletableFuture().get());
            assertEquals("disk full", failed.getCause().getMessage());
        }
    }

    @Test
    void aPartitionThatIsNotHeldAnyMoreIsLeftAlone() {
        AtomicBoolean held = new AtomicBoolean(true);
        OwedMessages elsewhere = new OwedMessages(
                new Homes() {
                    @Override
                    public Fence fence(Jid owner) {
                        return Fence.HERE;
                    }

                    @Override
                    public List<Fence> held() {
                        return held.get() ? List.of(Fence.HERE) : List.of();
                    }
                },
                workers,
                workers.nanos::get);
        elsewhere.bindSpools(FakeSpools.service(spools));
        store.owe(List.of(notice(1, JULIET)));
        elsewhere.bindStore(
                Fixture.reference("memory", 0), CallingStore.before(store, "takeOwed", () -> held.set(false)));
        assertEquals(1, store.owed.size(), "the next holder forgets it");
        assertEquals(List.of(1L), waiting(JULIET));
    }

    @Test
    void itsEndIsTheEndOfAllWaiting() {
        bind(store);
        CompletableFuture<List<Owed>> never = new CompletableFuture<>();
        MessageStore silent = silent(never);
        carrier.bindStore(Fixture.reference("silent", 0), silent);
        Stores.Named bound = new Stores.Named("silent", silent);
        CompletableFuture<Long> waiting = carrier.carried(bound).toCompletableFuture();
        assertFalse(waiting.isDone());
        carrier.close();
        assertTrue(waiting.isCompletedExceptionally());
        assertTrue(carrier.carried(bound).toCompletableFuture().isCompletedExceptionally());
        assertTrue(carrier.carried(new Stores.Named("unknown", silent(never)))
                .toCompletableFuture()
                .isCompletedExceptionally());
    }

    private static MessageStore silent(CompletableFuture<?> never) {
        return (MessageStore) java.lang.reflect.Proxy.newProxyInstance(
                MessageStore.class.getClassLoader(),
                new Class<?>[] {MessageStore.class},
                (proxy, method, arguments) -> method.getName().equals("equals") ? proxy == arguments[0] : never);
    }
}
