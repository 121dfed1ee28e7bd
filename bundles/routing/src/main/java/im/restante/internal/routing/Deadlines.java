package im.restante.internal.routing;

import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Workers;
import java.time.Duration;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deadlines of all open verdicts ({@code store-timeout-seconds}), counted from the moment a stanza leaves the reader. One tick every
 * 100 ms looks at the sessions that have something open, oldest verdict first; while no session has, there is no tick. So a deadline is
 * kept to a tick, and a stanza costs no timer.
 */
final class Deadlines {
    static final Duration TICK = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);

    private final Workers workers;
    private final LongSupplier nanoTime;
    private final Supplier<Duration> timeout;
    private final AtomicLong made = new AtomicLong();
    /** By the number of their session, so that whoever was there first expires first. */
    private final ConcurrentSkipListMap<Long, OpenVerdicts> watched = new ConcurrentSkipListMap<>();

    private final AtomicBoolean ticking = new AtomicBoolean();

    /** @param timeout in force at a tick, for verdicts that were open before, too */
    Deadlines(Workers workers, LongSupplier nanoTime, Supplier<Duration> timeout) {
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.timeout = timeout;
    }

    long now() {
        return nanoTime.getAsLong();
    }

    /** Those of a new session, or of another one whose stanzas come in order. */
    OpenVerdicts newVerdicts() {
        long number = made.incrementAndGet();
        return new OpenVerdicts(verdicts -> watch(number, verdicts));
    }

    private void watch(long number, OpenVerdicts verdicts) {
        watched.put(number, verdicts);
        next();
    }

    private void next() {
        if (!watched.isEmpty() && ticking.compareAndSet(false, true)) {
            workers.after(TICK, this::tick);
        }
    }

    private void tick() {
        try {
            long before = now() - timeout.get().toNanos();
            watched.forEach((number, verdicts) -> tick(number, verdicts, before));
        } finally {
            ticking.set(false);
            next();
        }
    }

    private void tick(long number, OpenVerdicts verdicts, long before) {
        try {
            verdicts.expire(before);
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            LOG.error("a verdict whose deadline passed could not be given; please report it", e);
        }
        watched.remove(number); // before it is asked: from then on it may say again that there is something
        if (!verdicts.forgotten()) {
            watched.put(number, verdicts);
        }
    }
}
