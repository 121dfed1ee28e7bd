package im.restante.internal.delivery;

import static im.restante.internal.delivery.Fixture.FILTER;
import static im.restante.internal.delivery.Fixture.QUOTA;
import static im.restante.internal.delivery.Fixture.chat;
import static im.restante.internal.delivery.Fixture.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.itests.support.FakeReference;
import im.restante.itests.support.MemoryStore;
import im.restante.jid.Jid;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class SwapUnderTrafficTest {
    private static final int OWNERS = 4;
    private static final int EACH = 5_000;

    @Test
    void losesNothingAndKeepsEachOwnersOrderWhileStoreFilterAndQuotaComeAndGo()
            throws InterruptedException, ExecutionException, TimeoutException {
        SpoolDelivery delivery = new SpoolDelivery(
                Map.of("swap-timeout-seconds", "60", "store-timeout-seconds", "60"),
                new OwnerGate(),
                new OwedMessages(owner -> Fence.HERE),
                owner -> Fence.HERE);
        delivery.open();
        MemoryStore store = new MemoryStore();
        ExecutorService writer = Executors.newSingleThreadExecutor(task -> new Thread(task, "store-writer"));
        Queue<String> completedOn = new ConcurrentLinkedQueue<>();
        store.onAppend = row -> CompletableFuture.supplyAsync(
                () -> {
                    store.rows.add(row);
                    return Appended.stored();
                },
                writer);
        ExecutorService senders = Executors.newFixedThreadPool(OWNERS);
        List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
        List<Future<List<CompletableFuture<Verdict>>>> sending = new ArrayList<>();
        for (int o = 0; o < OWNERS; o++) {
            Jid owner = Jid.of("owner" + o + "@example.org");
            sending.add(senders.submit(() -> {
                List<CompletableFuture<Verdict>> own = new ArrayList<>();
                for (int id = 1; id <= EACH; id++) {
                    StorageDecision.Keep keep = (StorageDecision.Keep) delivery.judge(chat(), owner);
                    own.add(delivery.store(chat(), row(id, owner, 10), keep, new Claim())
                            .whenComplete((v, e) ->
                                    completedOn.add(Thread.currentThread().getName()))
                            .toCompletableFuture());
                    if (id % 200 == 0) { // a window, as a connection has one
                        own.get(id - 100).get(30, TimeUnit.SECONDS);
                    }
                }
                return own;
            }));
        }
        FakeReference<MessageStore> reference = Fixture.reference("memory", 0);
        while (sending.stream().anyMatch(s -> !s.isDone())) {
            delivery.bindFilter(FILTER);
            delivery.bindQuota(QUOTA);
            delivery.bindStore(reference, store);
            TimeUnit.MILLISECONDS.sleep(2); // some traffic with, some without them
            delivery.unbindStore(reference);
            TimeUnit.MILLISECONDS.sleep(1);
            delivery.unbindFilter(FILTER);
            delivery.unbindQuota(QUOTA);
        }
        delivery.bindFilter(FILTER);
        delivery.bindQuota(QUOTA);
        delivery.bindStore(reference, store);
        for (Future<List<CompletableFuture<Verdict>>> s : sending) {
            verdicts.addAll(s.get());
        }
        for (CompletableFuture<Verdict> verdict : verdicts) {
            assertEquals(new Verdict.Stored("kept"), verdict.get(30, TimeUnit.SECONDS));
        }
        delivery.close();
        senders.shutdown();
        writer.shutdown();
        assertTrue(writer.awaitTermination(30, TimeUnit.SECONDS));

        assertEquals(OWNERS * EACH, store.rows.size());
        Map<Jid, Long> last = new HashMap<>();
        for (StoredMessage row : store.rows) {
            assertEquals(last.getOrDefault(row.owner(), 0L) + 1, row.id(), "order of " + row.owner());
            last.put(row.owner(), row.id());
        }
        assertTrue(completedOn.stream().noneMatch(name -> name.equals("store-writer")), completedOn::toString);
    }

    @Test
    void aStoreThatComesAndGoesMissesNoRemoval() throws InterruptedException, ExecutionException, TimeoutException {
        SpoolDelivery delivery = new SpoolDelivery(
                Map.of("swap-timeout-seconds", "60", "store-timeout-seconds", "60"),
                new OwnerGate(),
                new OwedMessages(owner -> Fence.HERE),
                owner -> Fence.HERE);
        delivery.open();
        MemoryStore stays = new MemoryStore();
        MemoryStore goes = new MemoryStore();
        for (int id = 1; id <= EACH; id++) {
            goes.rows.add(row(id));
        }
        delivery.bindStore(Fixture.reference("stays", 0), stays);
        FakeReference<MessageStore> reference = Fixture.reference("goes", 1);
        delivery.bindStore(reference, goes);
        ExecutorService remover = Executors.newSingleThreadExecutor();
        Future<?> removing = remover.submit(() -> {
            for (long id = 1; id <= EACH; id++) {
                delivery.remove(Fixture.ROMEO, List.of(id))
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS);
            }
            return null;
        });
        while (!removing.isDone()) {
            delivery.unbindStore(reference);
            delivery.bindStore(reference, goes);
        }
        removing.get();
        assertEquals(
                List.of(),
                delivery.page(Fixture.ROMEO, 0, 10, 1000).toCompletableFuture().get(30, TimeUnit.SECONDS));
        delivery.close();
        remover.shutdown();
    }

    @Test
    void letsAppendsEndWhenItIsStoppedAndPassesOnWhoWaits()
            throws InterruptedException, ExecutionException, TimeoutException {
        SpoolDelivery delivery = new SpoolDelivery(
                Map.of("swap-timeout-seconds", "60", "store-timeout-seconds", "60"),
                new OwnerGate(),
                new OwedMessages(owner -> Fence.HERE),
                owner -> Fence.HERE);
        delivery.open();
        delivery.bindFilter(FILTER);
        delivery.bindQuota(QUOTA);
        MemoryStore store = new MemoryStore();
        CompletableFuture<Appended> held = new CompletableFuture<>();
        store.onAppend = row -> held;
        FakeReference<MessageStore> reference = Fixture.reference("memory", 0);
        delivery.bindStore(reference, store);
        delivery.largestId().toCompletableFuture().get(20, TimeUnit.SECONDS); // it has answered
        StorageDecision.Keep keep = (StorageDecision.Keep) delivery.judge(chat(), Fixture.ROMEO);
        CompletableFuture<Verdict> underWay =
                delivery.store(chat(), row(1), keep, new Claim()).toCompletableFuture();
        delivery.unbindStore(reference);
        CompletableFuture<Verdict> waiting =
                delivery.store(chat(), row(2), keep, new Claim()).toCompletableFuture();
        CompletableFuture<List<StoredMessage>> page =
                delivery.page(Fixture.ROMEO, 0, 1, 1).toCompletableFuture();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(delivery::close);
        assertPassedOn(waiting);
        assertThrows(ExecutionException.class, () -> page.get(20, TimeUnit.SECONDS));
        held.complete(Appended.stored());
        assertEquals(new Verdict.Stored("kept"), underWay.get(20, TimeUnit.SECONDS));
        closing.get(20, TimeUnit.SECONDS);
        assertPassedOn(delivery.store(chat(), row(3), keep, new Claim()).toCompletableFuture());
    }

    private static void assertPassedOn(CompletableFuture<Verdict> verdict) {
        ExecutionException problem = assertThrows(ExecutionException.class, () -> verdict.get(20, TimeUnit.SECONDS));
        assertEquals(
                StoreException.Outcome.NOTHING_CHANGED,
                assertInstanceOf(StoreException.class, problem.getCause()).outcome());
    }
}
