package im.restante.internal.delivery;

import static im.restante.internal.delivery.Fixture.JULIET;
import static im.restante.internal.delivery.Fixture.ROMEO;
import static im.restante.internal.delivery.Fixture.row;
import static im.restante.internal.delivery.StoreTest.now;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.support.Failures;
import im.restante.itests.support.MemoryStore;
import im.restante.store.StoredMessage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What the bundle that carries messages from store to store is promised. */
class HeldOwnersTest {
    private final Fixture fixture = new Fixture();
    private final MemoryStore old = new MemoryStore();
    private final MemoryStore young = new MemoryStore();

    HeldOwnersTest() {
        fixture.bind("old", 0, old);
        fixture.bind("young", 1, young);
    }

    @Test
    void storesAreNamedAndFoundTheHighestRankingFirst() {
        assertEquals(List.of("young", "old"), fixture.delivery.names());
        assertEquals(Optional.of("young"), fixture.delivery.chosen());
        assertEquals(old, fixture.delivery.find("old").orElseThrow());
        assertEquals(Optional.empty(), fixture.delivery.find("another"));
    }

    @Test
    void pagesAndRemovalsOfAHeldOwnerWaitAndThoseOfOthersDoNot() {
        old.rows.add(row(1));
        old.rows.add(row(2));
        assertTrue(fixture.delivery.hold(List.of(ROMEO)).toCompletableFuture().isDone());
        CompletableFuture<Void> removed =
                fixture.delivery.remove(ROMEO, List.of(1L)).toCompletableFuture();
        CompletableFuture<List<StoredMessage>> page =
                fixture.delivery.page(ROMEO, 1, 10, 10_000).toCompletableFuture();
        assertFalse(removed.isDone(), "it would be back");
        assertFalse(page.isDone(), "half a move is nothing to read");
        assertTrue(
                fixture.delivery
                        .remove(JULIET, List.of(1L))
                        .toCompletableFuture()
                        .isDone(),
                "others pass");
        fixture.delivery.release(List.of(ROMEO));
        assertTrue(removed.isDone());
        assertEquals(
                List.of(row(2).id()), now(page).stream().map(StoredMessage::id).toList());
        assertEquals(List.of(2L), old.ids());
        assertTrue(fixture.gate.isIdle());
    }

    @Test
    void whoHoldsWaitsForTheRemovalUnderWay() {
        old.rows.add(row(1));
        old.beforeRemove = new CompletableFuture<>();
        fixture.delivery.remove(ROMEO, List.of(1L));
        CompletableFuture<Void> held = fixture.delivery.hold(List.of(ROMEO)).toCompletableFuture();
        assertFalse(held.isDone());
        old.beforeRemove.complete(null);
        assertTrue(held.isDone());
        assertEquals(List.of(), old.ids());
        fixture.delivery.release(List.of(ROMEO));
    }

    @Test
    void aStoreThatAnswersNullOrThrowsAnErrorLeavesNobodyInside() {
        MemoryStore broken = new MemoryStore();
        fixture.bind("broken", 9, broken);
        broken.beforePage = null;
        assertTrue(fixture.delivery
                .page(ROMEO, 0, 10, 10_000)
                .toCompletableFuture()
                .isCompletedExceptionally());
        assertTrue(fixture.gate.isIdle(), "else a move waits for ever");
        for (Supplier<CompletableFuture<Void>> answer : List.<Supplier<CompletableFuture<Void>>>of(() -> null, () -> {
            throw new StackOverflowError("broken on purpose");
        })) {
            assertTrue(
                    fixture.gate.pass(ROMEO, answer::get).toCompletableFuture().isCompletedExceptionally());
            assertTrue(fixture.gate.isIdle(), "else a move waits for ever");
        }
    }

    @Test
    void whatAStoreOwesTheRemovalOfIsTakenOutOfItsPage() {
        old.rows.add(row(1));
        old.rows.add(row(2));
        old.failureToWrite = new IllegalStateException("read only");
        fixture.delivery.remove(ROMEO, List.of(1L));
        assertTrue(fixture.delivery.settled().toCompletableFuture().isDone());
        assertEquals(
                List.of(row(2).id()),
                fixture.delivery.withoutRemoved("old", ROMEO, old.rows).stream()
                        .map(StoredMessage::id)
                        .toList());
        assertEquals(old.rows, fixture.delivery.withoutRemoved("young", ROMEO, old.rows));
    }

    @Test
    void whatOwnersOweIsCarriedWithinItsStoreAndCounted() {
        fixture.owed.bindSpools(FakeSpools.service(new AccountSpools()));
        old.owe(List.of(row(1), row(2)));
        assertEquals(2L, now(fixture.delivery.carryOwed("old")));
        assertEquals(List.of(1L, 2L), old.ids());
        assertEquals(0L, now(fixture.delivery.carryOwed("young")));
        CompletionException problem = assertThrows(
                CompletionException.class,
                () -> fixture.delivery
                        .carryOwed("another")
                        .toCompletableFuture()
                        .join());
        assertEquals(
                "the store another is not there any more",
                Failures.unwrap(problem).getMessage());
    }
}
