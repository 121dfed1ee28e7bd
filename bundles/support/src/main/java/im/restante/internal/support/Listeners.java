package im.restante.internal.support;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who want to be told of something, in the order in which they came. Every call is guarded. Some are timed, and whoever is slow
 * is told nothing for a minute: who lets most of a row of calls last for more than {@value #SLOW_MILLIS} ms, or takes more than half
 * of the processors' time. One slow call says nothing, since a machine may stand still. Safe for concurrent use; no lock is held
 * during a call.
 *
 * @param <T> what they are
 */
public final class Listeners<T> {
    static final int SLOW_MILLIS = 5;
    /** Of so many calls one is timed, and stands for all of them: to look at a clock twice costs as much as many a listener. */
    static final int ONE_IN = 16;
    /** Calls that are all timed after a slow one. */
    static final int ROW = 32;

    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(SLOW_MILLIS);
    private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** What may be taken of a second: half of it, of each processor. */
    private static final double SHARE = Runtime.getRuntime().availableProcessors() / 2.0;

    private static final double MOST_NANOS = SHARE * TimeUnit.SECONDS.toNanos(1);

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final String kind;
    private final LongSupplier nanoTime;
    private final CopyOnWriteArrayList<Listening<T>> all = new CopyOnWriteArrayList<>();
    private final LogLimit failures;

    /** @param kind for the log, such as {@code "message listener"} */
    public Listeners(String kind, LongSupplier nanoTime) {
        this.kind = kind;
        this.nanoTime = nanoTime;
        this.failures = LogLimit.perMinute(nanoTime);
    }

    /** What is known of one. Several threads may change it at once; what gets lost then is little. */
    private static final class Listening<T> {
        final T listener;
        final AtomicInteger left = new AtomicInteger();
        final AtomicInteger slow = new AtomicInteger();
        final AtomicLong used = new AtomicLong();
        volatile long usedAt;
        volatile boolean silenced;
        volatile long silentUntil;

        Listening(T listener, long now) {
            this.listener = listener;
            this.usedAt = now;
        }

        void forget(long now) {
            left.set(0);
            slow.set(0);
            used.set(0);
            usedAt = now;
        }
    }

    /** It is told from now on. */
    public void add(T listener) {
        add(listener, greeted -> {});
    }

    /** It is told from now on, and first of all this. */
    public void add(T listener, Consumer<? super T> greeting) {
        Listening<T> one = new Listening<>(listener, nanoTime.getAsLong());
        guarded(one, greeting);
        all.add(one);
    }

    /** It is told nothing that happens from now on. */
    public void remove(T listener) {
        all.removeIf(one -> one.listener == listener);
    }

    /** Nobody listens: what nobody is told need not be made. */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** Tells everybody. Never throws. */
    public void tell(Consumer<? super T> call) {
        for (Listening<T> one : all) {
            if (one.silenced && !mayBeToldAgain(one)) {
                continue;
            }
            if (one.left.get() > 0 || ThreadLocalRandom.current().nextInt(ONE_IN) == 0) {
                timed(one, call);
            } else {
                guarded(one, call);
            }
        }
    }

    private void guarded(Listening<T> one, Consumer<? super T> call) {
        try {
            call.accept(one.listener);
        } catch (Throwable e) { // a LinkageError, too, as of one whose bundle is gone
            OutOfMemory.endsProcess(e);
            if (failures.isDue()) {
                LOG.error("the {} {} failed{}", kind, name(one), failures.more(), e);
            }
        }
    }

    private void timed(Listening<T> one, Consumer<? super T> call) {
        long began = nanoTime.getAsLong();
        guarded(one, call);
        long now = nanoTime.getAsLong();
        long took = now - began;
        boolean isSlow = took > SLOW_NANOS;
        if (one.left.get() > 0) {
            int slow = isSlow ? one.slow.incrementAndGet() : one.slow.get();
            one.left.decrementAndGet();
            if (slow > ROW / 2) {
                silence(one, now, "more than half of " + ROW + " calls took more than " + SLOW_MILLIS + " ms");
            }
            return;
        }
        if (isSlow) {
            one.slow.set(0);
            one.left.set(ROW);
        }
        double given = SHARE * (now - one.usedAt);
        one.usedAt = now;
        long used = one.used.addAndGet(ONE_IN * Math.min(took, SLOW_NANOS));
        one.used.set(Math.max(0, used - (long) given));
        if (used - given > MOST_NANOS) {
            silence(one, now, "it took more than half of the processors' time");
        }
    }

    private void silence(Listening<T> one, long now, String why) {
        if (one.silenced) {
            return;
        }
        one.silentUntil = now + SILENCE_NANOS;
        one.silenced = true;
        LOG.warn(
                "the {} {} is told nothing for {} s: {}. It must not block",
                kind,
                name(one),
                TimeUnit.NANOSECONDS.toSeconds(SILENCE_NANOS),
                why);
    }

    private boolean mayBeToldAgain(Listening<T> one) {
        long now = nanoTime.getAsLong();
        if (now - one.silentUntil < 0) {
            return false;
        }
        one.forget(now);
        one.silenced = false;
        return true;
    }

    private static String name(Listening<?> one) {
        return one.listener.getClass().getName();
    }
}
