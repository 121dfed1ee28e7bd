package im.restante.itests.harness;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition, with a deadline. */
public final class Await {
    private Await() {}

    /** @throws AssertionError if {@code condition} is not true within {@code limit} */
    public static void until(String what, Duration limit, Callable<Boolean> condition) throws Exception {
        until(() -> what, limit, condition);
    }

    /** The same, saying at the end how far it got. */
    public static void until(Supplier<String> what, Duration limit, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + limit + ": " + what.get());
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
