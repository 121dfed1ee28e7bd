package im.restante.internal.routing;

import im.restante.internal.support.Workers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/** One thread does what many would, in an order that a seed decides; time passes when it is told to. */
final class ModelWorkers implements Workers {
    private final Random random;
    private final List<Runnable> ready = new ArrayList<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::at).thenComparingLong(Timer::number));
    private long now;
    private long timersMade;
    private boolean closed;
    /** How far the clock is ahead of the time that passes. */
    private long skew;

    private record Timer(long at, long number, Runnable task) {}

    ModelWorkers(Random random, long now) {
        this.random = random;
        this.now = now;
    }

    @Override
    public void execute(Runnable task) {
        if (!closed) {
            ready.add(task);
        }
    }

    @Override
    public void after(Duration delay, Runnable task) {
        timers.add(new Timer(now + delay.toMillis(), timersMade++, task));
    }

    @Override
    public void close() {
        closed = true;
        ready.clear();
        timers.clear();
    }

    /** Runs one task that is due, whichever. */
    boolean runOne() {
        if (ready.isEmpty()) {
            return false;
        }
        ready.remove(random.nextInt(ready.size())).run();
        return true;
    }

    void pass(Duration time) {
        now += time.toMillis();
        while (!timers.isEmpty() && timers.peek().at() <= now) {
            execute(timers.poll().task());
        }
    }

    /** What the clock shows. */
    long now() {
        return now + skew;
    }

    /** Somebody sets the clock. */
    void jump(Duration by) {
        skew += by.toMillis();
    }

    /** Tasks that are due, or will be. */
    int waiting() {
        return ready.size() + timers.size();
    }

    Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(now + skew);
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }
}
