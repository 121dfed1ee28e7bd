package im.restante.internal.c2s;

import im.restante.internal.support.OutOfMemory;
import im.restante.sasl.SaslMechanism;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The SASL mechanisms there are. Safe for concurrent use. */
final class Mechanisms {
    private static final Logger LOG = LoggerFactory.getLogger(Mechanisms.class);
    private static final Pattern NAME = Pattern.compile("[A-Z0-9_-]{1,20}");

    /** How a name ends whose mechanism binds to the channel (RFC 5801 §8). */
    private static final String BINDS = "-PLUS";

    /** How often a client that waits is asked whether it is still there. */
    private static final long LOOK_MILLIS = 100;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    /** Names that nothing has any more, and since when ({@link System#nanoTime}). Guarded by the lock. */
    private final Map<String, Long> gone = new HashMap<>();
    /** The highest ranking first. Replaced under the lock, never changed. */
    private volatile List<Known> known = List.of();

    private record Known(ServiceReference<SaslMechanism> reference, String name, SaslMechanism mechanism) {}

    void add(ServiceReference<SaslMechanism> reference, SaslMechanism mechanism) {
        String name = name(mechanism);
        if (name == null) {
            return;
        }
        lock.lock();
        try {
            List<Known> all = new ArrayList<>(known);
            all.add(new Known(reference, name, mechanism));
            all.sort((one, other) -> other.reference.compareTo(one.reference));
            known = List.copyOf(all);
            gone.remove(name);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static String name(SaslMechanism mechanism) {
        try {
            String name = mechanism.name();
            if (name != null && NAME.matcher(name).matches()) {
                return name;
            }
            LOG.error(
                    "{} is not used: its name is {}, and should be 1 to 20 characters of A to Z, 0 to 9, - and _",
                    mechanism.getClass().getName(),
                    name);
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            LOG.error(
                    "{} is not used: it cannot say its name",
                    mechanism.getClass().getName(),
                    e);
        }
        return null;
    }

    void remove(ServiceReference<SaslMechanism> reference) {
        lock.lock();
        try {
            List<Known> before = known;
            known = before.stream()
                    .filter(one -> !one.reference.equals(reference))
                    .toList();
            long now = System.nanoTime();
            before.stream()
                    .map(Known::name)
                    .filter(name -> known.stream().noneMatch(one -> one.name.equals(name)))
                    .forEach(name -> gone.put(name, now));
        } finally {
            lock.unlock();
        }
    }

    /**
     * By name, the best first; those of another name of the same rank as they came.
     *
     * @param bound whether the channel has something to bind to
     */
    Map<String, SaslMechanism> offered(boolean bound) {
        Map<String, SaslMechanism> offered = new LinkedHashMap<>();
        for (Known one : known) {
            if (bound || !binds(one.name)) {
                offered.putIfAbsent(one.name, one.mechanism);
            }
        }
        return offered;
    }

    /**
     * Waits for what to offer while the bundle that has it is exchanged: for the first mechanism, and for each that went less than
     * {@code atMost} ago. A client would else be offered what happens to be back first, which it may not know.
     *
     * @return false if there is none to offer
     */
    boolean await(boolean bound, Duration atMost, BooleanSupplier givenUp) throws InterruptedException {
        long begin = System.nanoTime();
        lock.lock();
        try {
            while (System.nanoTime() - begin < atMost.toNanos()
                    && !complete(bound, atMost)
                    && !givenUp.getAsBoolean()) {
                more.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
        } finally {
            lock.unlock();
        }
        return !offered(bound).isEmpty();
    }

    private boolean complete(boolean bound, Duration comesBackWithin) {
        long now = System.nanoTime();
        gone.values().removeIf(since -> now - since > comesBackWithin.toNanos());
        return !offered(bound).isEmpty() && gone.keySet().stream().allMatch(name -> !bound && binds(name));
    }

    private static boolean binds(String name) {
        return name.endsWith(BINDS);
    }
}
