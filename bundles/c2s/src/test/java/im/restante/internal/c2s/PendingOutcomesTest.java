package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import im.restante.session.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class PendingOutcomesTest {
    private final Semaphore room = new Semaphore(2);
    private final PendingOutcomes flood = connection();
    private final PendingOutcomes other = connection();

    private PendingOutcomes connection() {
        return new PendingOutcomes(element -> new byte[0], answer -> {}, failure -> {}, room);
    }

    private static CompletableFuture<Outcome> add(PendingOutcomes connection, long size) throws InterruptedException {
        CompletableFuture<Outcome> verdict = new CompletableFuture<>();
        connection.begin();
        connection.add(verdict, size);
        return verdict;
    }

    @Test
    void whenAllConnectionsTogetherHaveTooMuchOpenTheNextWaitsForAVerdict() throws Exception {
        CompletableFuture<Outcome> first = add(flood, 100);
        add(flood, 100);
        CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> {
            try {
                add(other, 100);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThrows(TimeoutException.class, () -> reading.get(100, TimeUnit.MILLISECONDS));
        first.complete(Outcome.DONE);
        reading.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aLargeStanzaTakesTheRoomOfSeveral() throws Exception {
        CompletableFuture<Outcome> large = add(flood, 5_000);
        assertEquals(0, room.availablePermits());
        large.complete(Outcome.DONE);
        assertEquals(2, room.availablePermits());
    }

    @Test
    void roomIsGivenBackWhateverBecomesOfAStanza() throws Exception {
        add(flood, 100).completeExceptionally(new IllegalStateException());
        assertEquals(2, room.availablePermits());
    }

    @Test
    void whatIsFinalAtOnceNeedsNoRoom() throws Exception {
        room.drainPermits();
        flood.begin();
        flood.add(CompletableFuture.completedFuture(Outcome.DONE), 100);
        assertFalse(flood.full());
    }
}
