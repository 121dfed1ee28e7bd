package im.restante.internal.support;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** When the next try is due of something that may fail many times in a row. Safe for concurrent use. */
public final class Backoff {
    private final RetryPolicy policy;
    private final LongSupplier nanoTime;
    private final DoubleSupplier random;
    private int failures;
    private long due;

    public Backoff(RetryPolicy policy, LongSupplier nanoTime) {
        this(policy, nanoTime, () -> ThreadLocalRandom.current().nextDouble());
    }

    /** @param random gives 0 to less than 1, for the jitter */
    public Backoff(RetryPolicy policy, LongSupplier nanoTime, DoubleSupplier random) {
        this.policy = policy;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /** Whether the next try is due now: always, unless the last one failed. */
    public synchronized boolean isDue() {
        return failures == 0 || nanoTime.getAsLong() - due >= 0;
    }

    /** A try failed: the next one is due after a pause. */
    public synchronized void failed() {
        failures = failures == Integer.MAX_VALUE ? failures : failures + 1;
        due = nanoTime.getAsLong()
                + policy.pause(failures, random.getAsDouble()).toNanos();
    }

    /** A try succeeded: the next one is due at once. */
    public synchronized void succeeded() {
        failures = 0;
    }

    /** Failures in a row. */
    public synchronized int failures() {
        return failures;
    }
}
