package im.restante.internal.commands;

import im.restante.jid.Jid;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * All commands under way, within bounds: {@value #MOST_OF_ONE} of one account, the one that has waited longest makes room;
 * {@value #MOST_OF_EVERYBODY} of all who are no administrators together; ten minutes from one stage to the next. Safe for concurrent
 * use; calls nobody.
 */
final class Executions {
    static final int MOST_OF_ONE = 8;
    static final int MOST_OF_EVERYBODY = 256;
    static final Duration LIFE = Duration.ofMinutes(10);

    private final LongSupplier nanoTime;
    private final ExecutionIds ids = new ExecutionIds();
    private final Map<String, Execution> open = new HashMap<>();

    Executions(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
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
    synchronized Optional<Execution> begin(Jid requester, String node, boolean isForAdministrators) {
        long now = nanoTime.getAsLong();
        forgetTheOld();
        while (of(requester) >= MOST_OF_ONE) {
            Optional<Execution> oldest = open.values().stream()
                    .filter(one -> isOf(one, requester) && !one.isTaken)
                    .min(Comparator.comparingLong(one -> one.touchedNanos - now));
            if (oldest.isEmpty()) {
                return Optional.empty();
            }
            open.remove(oldest.get().id);
        }
        if (!isForAdministrators
                && open.values().stream()
                                .filter(one -> !one.isForAdministrators)
                                .count()
                        >= MOST_OF_EVERYBODY) {
            return Optional.empty();
        }
        Execution begun = new Execution(ids.next(requester, node), requester, node, isForAdministrators);
        begun.isTaken = true;
        begun.touchedNanos = now;
        open.put(begun.id, begun);
        return Optional.of(begun);
    }

    /** Takes one for a step, which ends with {@link #release} or {@link #end}. */
    synchronized Found take(String id, Jid requester, String node) {
        forgetTheOld();
        Execution found = open.get(id);
        if (found == null || !found.requester.equals(requester) || !found.node.equals(node)) {
            return new Found(null, ids.isOurs(id, requester, node) ? Missing.OVER : Missing.UNKNOWN);
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
    synchronized void endUnless(Predicate<Jid> isAdministrator) {
        open.values().removeIf(one -> one.isForAdministrators && !isAdministrator.test(one.requester));
    }

    synchronized int size() {
        forgetTheOld();
        return open.size();
    }

    private long of(Jid requester) {
        return open.values().stream().filter(one -> isOf(one, requester)).count();
    }

    private static boolean isOf(Execution one, Jid requester) {
        return one.requester.bare().equals(requester.bare());
    }

    private void forgetTheOld() {
        long now = nanoTime.getAsLong();
        open.values().removeIf(one -> !one.isTaken && now - one.touchedNanos > LIFE.toNanos());
    }
}
