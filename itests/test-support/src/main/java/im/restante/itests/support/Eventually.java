package im.restante.itests.support;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads do, with patience for a machine that is busy. */
public final class Eventually {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(2);

    private Eventually() {}

    /** Returns when the condition holds. @throws AssertionError if it does not within a minute */
    public static void eventually(BooleanSupplier condition) {
        eventually("it did not come to that", condition);
    }

    /** As above. @param what did not come, for the message */
    public static void eventually(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean() && end - System.nanoTime() > 0) {
            LockSupport.parkNanos(LOOK_AGAIN);
        }
        assertTrue(condition.getAsBoolean(), what);
    }
}
