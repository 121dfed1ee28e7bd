package im.restante.itests.bench;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Counts what one receiver is given: how many, which twice, which too late. Its peer writes, the driver waits. */
final class Tally implements Receiver {
    private final int expected;
    private final CountDownLatch complete = new CountDownLatch(1);
    private final Map<Integer, BitSet> seen = new HashMap<>();
    private volatile int received;
    private volatile int errors;
    private int doubled;
    private int outOfOrder;

    Tally(int expected) {
        this.expected = expected;
    }

    @Override
    public synchronized void message(int sender, int number) {
        BitSet numbers = seen.computeIfAbsent(sender, s -> new BitSet());
        if (numbers.get(number)) {
            doubled++;
        } else {
            if (numbers.length() > number) {
                outOfOrder++;
            }
            numbers.set(number);
        }
        received++;
        if (received == expected) {
            complete.countDown();
        }
    }

    @Override
    public void error() {
        errors++;
    }

    int received() {
        return received;
    }

    /** Waits until as many have come as were expected, or two minutes. */
    void await() {
        try {
            complete.await(120, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Adds what this one found to {@code sum}. */
    synchronized void addTo(Sum sum) {
        synchronized (sum) {
            sum.expected += expected;
            sum.lost += Math.max(0, expected - received + doubled);
            sum.doubled += doubled;
            sum.outOfOrder += outOfOrder;
            sum.errors += errors;
        }
    }

    /** What all receivers of a scenario found. */
    static final class Sum {
        private long expected;
        private long lost;
        private long doubled;
        private long outOfOrder;
        private long errors;

        boolean clean() {
            return lost + doubled + outOfOrder + errors == 0;
        }

        @Override
        public String toString() {
            return expected + " expected: lost " + lost + ", doubled " + doubled + ", out of order " + outOfOrder
                    + ", errors " + errors;
        }
    }
}
