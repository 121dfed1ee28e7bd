package im.restante.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ClaimTest {
    @Test
    void whoBeganGoesOn() {
        Claim claim = new Claim();
        assertTrue(claim.begin());
        assertTrue(claim.begin());
        assertFalse(claim.withdraw());
        assertFalse(claim.isWithdrawn());
    }

    @Test
    void whatIsWithdrawnStaysSo() {
        Claim claim = new Claim();
        assertTrue(claim.withdraw());
        assertTrue(claim.withdraw());
        assertFalse(claim.begin());
        assertTrue(claim.isWithdrawn());
    }

    @Test
    void theSharedOneBelongsToTheStore() {
        assertFalse(Claim.NEVER_WITHDRAWN.withdraw());
        assertTrue(Claim.NEVER_WITHDRAWN.begin());
    }

    @Test
    void oneOfTwoWins() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            CyclicBarrier start = new CyclicBarrier(2);
            for (int i = 0; i < 10_000; i++) {
                Claim claim = new Claim();
                Callable<Boolean> begin = () -> {
                    start.await();
                    return claim.begin();
                };
                Future<Boolean> beginning = other.submit(begin);
                start.await();
                boolean withdrew = claim.withdraw();
                assertNotEquals(withdrew, beginning.get());
                assertEquals(withdrew, claim.isWithdrawn());
            }
        } finally {
            other.shutdownNow();
        }
    }
}
