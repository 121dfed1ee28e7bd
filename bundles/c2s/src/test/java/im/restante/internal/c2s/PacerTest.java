package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import im.restante.limit.Rates;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** On a clock that moves by nothing but pauses, so that a pause is as long as it says and takes no time. */
class PacerTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 5);
    private Rates rates = Rates.NONE;
    private int asked;
    private final Pacer pacer = new Pacer(
            () -> {
                asked++;
                return rates;
            },
            time::get,
            time::addAndGet);

    private long milliseconds(Runnable task) {
        long before = time.get();
        task.run();
        return TimeUnit.NANOSECONDS.toMillis(time.get() - before);
    }

    private void pass(long nanos) {
        time.addAndGet(nanos);
    }

    @Test
    void whatFitsTheBurstIsReadAtOnce() {
        rates = Rates.of(1_000, -1);
        assertEquals(0, milliseconds(() -> pacer.bytes(1_000 * Rates.BURST_SECONDS)));
        assertFalse(pacer.isPausing());
    }

    @Test
    void beyondItTheRateHolds() {
        rates = Rates.of(1_000, -1);
        pacer.bytes(1_000 * Rates.BURST_SECONDS);
        assertEquals(10_000, milliseconds(() -> pacer.bytes(10_000)));
    }

    @Test
    void stanzasHaveARateOfTheirOwn() {
        rates = Rates.of(-1, 2);
        pacer.bytes(1);
        assertEquals(10_000, milliseconds(() -> {
            for (int i = 0; i < 2 * Rates.BURST_SECONDS + 20; i++) {
                pacer.stanza();
                pacer.bytes(1_000_000);
            }
        }));
    }

    @Test
    void withoutRatesThereIsNoPause() {
        assertEquals(0, milliseconds(() -> {
            for (int i = 0; i < 1_000; i++) {
                pacer.bytes(1_000_000_000);
            }
        }));
    }

    @Test
    void theRatesAreAskedForOnceASecond() {
        for (int i = 0; i < 400; i++) {
            pacer.bytes(1);
            pass(SECOND / 4);
        }
        assertEquals(100, asked);
    }

    @Test
    void aPauseEndsWithinASecondOfWhenTheRateIsLifted() {
        rates = Rates.of(1_000, -1);
        pacer.bytes(1_000 * Rates.BURST_SECONDS);
        rates = Rates.NONE;
        assertEquals(1_000, milliseconds(() -> pacer.bytes(1_000_000)));
    }

    @Test
    void theEndOfTheConnectionEndsThePause() {
        AtomicLong standing = new AtomicLong();
        Pacer slow = new Pacer(() -> Rates.of(1, -1), standing::get);
        CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> slow.bytes(1_000_000));
        while (!slow.isPausing()) {
            Thread.onSpinWait();
        }
        slow.end();
        reader.orTimeout(20, TimeUnit.SECONDS).join();
        slow.bytes(1_000_000);
        assertFalse(slow.isPausing());
    }
}
