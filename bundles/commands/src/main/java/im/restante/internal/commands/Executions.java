package im.restante.internal.commands;

import im.restante.jid.Jid;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * All commands under way, within bounds: {@value #MOST_OF_ONE} of one account, the one that has waited longest makes room;
 * {@value #MOST_OF_EVERYBODY} of commands for everybody, the oldest of whoever has most makes room; ten minutes from one stage to the
 * next, and an hour for all of them. One whose step is under way is kept as much longer as a step may take. Safe for concurrent use;
 * calls nobody under its lock.
 */
final class Executions {
    static final int MOST_OF_ONE = 8;
    static final int MOST_OF_EVERYBODY = 256;
    static final Duration LIFE = Duration.ofMinutes(10);
    static final Duration WHOLE_LIFE = Duration.ofHours(1);

    private final LongSupplier nanoTime;
    private final Duration step;
    private final ExecutionIds ids = new ExecutionIds();
    private final Map<String, Execution> open = new HashMap<>();

    /** @param step how long a step may take */
    Executions(LongSupplier nanoTime, Duration step) {
        this.nanoTime = nanoTime;
        this.step = step;
    }

    /** Why there is nothing to go on with. */
    enum Missing {
        /** No such name was ever given to that requester for that node. */
        UNKNOWN,
        /** It is over, in whatever way. */
        OVER,
        /** A step of it is under way. */
        BUSY
    }

    /**
     * What was found.
     *
     * @param execution null if it is missing
     * @param missing   null if it is not
     */
    record Found(Execution execution, Missing missing) {}

    /** Begins one and takes it; empty if there is no room. */
    synchronized Optional<Execution> begin(Jid requester, String node, Object serviceId, boolean isForAdministrators) {
        long now = nanoTime.getAsLong();
        forgetTheOld();
        boolean hasRoom = hasRoom(one -> isOf(one, requester), MOST_OF_ONE, now)
                && (isForAdministrators || hasRoom(one -> !one.isForAdministrators, MOST_OF_EVERYBODY, now));
        if (!hasRoom) {
            return Optional.empty();
        }
        Execution begun =
                new Execution(ids.next(requester, node), requester, node, serviceId, isForAdministrators, now);
        begun.isTaken = true;
        open.put(begun.id, begun);
        return Optional.of(begun);
    }

    /** Of those that count the oldest of whoever has most makes room, unless a step of each is under way. */
    private boolean hasRoom(Predicate<Execution> counts, int most, long now) {
        Map<Jid, Long> of = open.values().stream()
                .filter(counts)
                .collect(Collectors.groupingBy(one -> one.requester.bare(), Collectors.counting()));
        if (of.values().stream().mapToLong(Long::longValue).sum() < most) {
            return true;
        }
        Optional<Execution> leaves = open.values().stream()
                .filter(one -> counts.test(one) && !one.isTaken)
                .min(Comparator.<Execution>comparingLong(one -> -of.get(one.requester.bare()))
                        .thenComparingLong(one -> one.touchedNanos - now));
        leaves.ifPresent(this::end);
        return leaves.isPresent();
    }

    /** Takes one for a step, which ends with {@link #release} or {@link #end}. */
    synchronized Found take(String id, Jid requester, String node, Object serviceId) {
        forgetTheOld();
        Execution found = open.get(id);
        if (found == null || !found.requester.equals(requester) || !found.node.equals(node)) {
            return new Found(null, ids.isOurs(id, requester, node) ? Missing.OVER : Missing.UNKNOWN);
        } else if (!found.serviceId.equals(serviceId)) {
            end(found);
            return new Found(null, Missing.OVER);
        } else if (found.isTaken) {
            return new Found(null, Missing.BUSY);
        }
        found.isTaken = true;
        return new Found(found, null);
    }

    /** Gives one back. @return false if it was ended meanwhile */
    synchronized boolean release(Execution taken) {
        taken.isTaken = false;
        taken.touchedNanos = nanoTime.getAsLong();
        return open.containsKey(taken.id);
    }

    synchronized void end(Execution taken) {
        open.remove(taken.id);
    }

    /** Ends those of administrators who are none any more. */
    void endUnless(Predicate<Jid> isAdministrator) {
        Set<Jid> gone =
                administrators().stream().filter(isAdministrator.negate()).collect(Collectors.toSet());
        endOf(one -> one.isForAdministrators && gone.contains(one.requester.bare()));
    }

    private synchronized Set<Jid> administrators() {
        return open.values().stream()
                .filter(one -> one.isForAdministrators)
                .map(one -> one.requester.bare())
                .collect(Collectors.toSet());
    }

    /** Ends those that a service has begun which is gone. */
    void endOf(Object serviceId) {
        endOf(one -> one.serviceId.equals(serviceId));
    }

    private synchronized void endOf(Predicate<Execution> which) {
        open.values().removeIf(which);
    }

    synchronized int size() {
        forgetTheOld();
        return open.size();
    }

    private static boolean isOf(Execution one, Jid requester) {
        return one.requester.bare().equals(requester.bare());
    }

    /** Forgets what is too old; whoever asks for anything lets it happen. */
    synchronized void forgetTheOld() {
        long now = nanoTime.getAsLong();
        open.values().removeIf(one -> {
            long more = one.isTaken ? step.toNanos() : 0;
            return now - one.touchedNanos > LIFE.toNanos() + more || now - one.begunNanos > WHOLE_LIFE.toNanos() + more;
        });
    }
}
