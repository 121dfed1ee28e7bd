package im.restante.internal.limits;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A clock that a test moves; it begins shortly before its numbers wrap around. */
final class FakeTime implements LongSupplier {
    private long nanos = Long.MAX_VALUE - 1_000;

    void pass(Duration time) {
        nanos += time.toNanos();
    }

    @Override
    public long getAsLong() {
        return nanos;
    }
}
