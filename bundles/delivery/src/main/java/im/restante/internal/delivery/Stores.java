package im.restante.internal.delivery;

import im.restante.offline.OfflineSettings;
import im.restante.store.MessageStore;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The message stores present, which of them takes new messages, and which are read. Answers are snapshots: take one, use it to
 * the end.
 *
 * <p>A store that has never answered since it came is <em>awaited</em> for a while, like one that has just gone. After that it is
 * left out unless {@code store} names it: it takes no message and is not read, so that it holds up nobody, until it answers.
 */
final class Stores {
    private static final Logger LOG = LoggerFactory.getLogger(Stores.class);

    /**
     * One store.
     *
     * @param id its {@code store.id}
     */
    record Named(String id, MessageStore store) {}

    private final Map<ServiceReference<MessageStore>, Named> bound = new HashMap<>();
    /** Those that have answered since they came. */
    private final Set<MessageStore> reached = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Those of which the log says that they are left out. */
    private final Set<MessageStore> saidLeftOut = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Those that went or came and may be there in a moment, by {@code store.id}, with the time since when they are missed. */
    private final Map<String, Long> missing = new ConcurrentHashMap<>();

    private String wanted;
    private volatile List<Named> present = List.of();
    private volatile List<Named> inUse = List.of();
    private volatile Named chosen;

    /** @param wanted {@code store.id} of the one to choose; empty: the one of the highest ranking */
    Stores(String wanted) {
        this.wanted = wanted;
    }

    /** All stores, highest ranking first, also those that have never answered. */
    List<Named> present() {
        return present;
    }

    /** Those that are read and emptied, highest ranking first. */
    List<Named> inUse() {
        return inUse;
    }

    /** The one of that name; of several the highest ranking. */
    Optional<Named> find(String id) {
        return present.stream().filter(named -> named.id().equals(id)).findFirst();
    }

    /** Whether that very one is there. */
    boolean isPresent(MessageStore store) {
        return present.stream().anyMatch(named -> named.store() == store);
    }

    /** The one that takes new messages; null if it is not there, or it is not known yet which it will be. */
    Named chosen() {
        return chosen;
    }

    synchronized void bind(ServiceReference<MessageStore> reference, MessageStore store) {
        bound.put(reference, new Named(id(reference), store));
        choose();
    }

    synchronized void updated(ServiceReference<MessageStore> reference) {
        bound.computeIfPresent(reference, (r, named) -> new Named(id(r), named.store()));
        choose();
    }

    synchronized void unbind(ServiceReference<MessageStore> reference) {
        Named gone = bound.remove(reference);
        if (gone != null) {
            reached.remove(gone.store());
            saidLeftOut.remove(gone.store());
        }
        choose();
    }

    /** It has answered. False if it is gone. */
    synchronized boolean reached(ServiceReference<MessageStore> reference, MessageStore store) {
        Named named = bound.get(reference);
        if (named == null || named.store() != store) {
            return false;
        }
        reached.add(store);
        choose();
        return true;
    }

    /** Whether another one of the same {@code store.id} is there. */
    synchronized boolean hasSuccessor(ServiceReference<MessageStore> reference) {
        return bound.keySet().stream()
                .anyMatch(other -> !other.equals(reference) && id(other).equals(id(reference)));
    }

    /** One is going, or has only begun to come. */
    void miss(String id, long now) {
        missing.put(id, now);
    }

    /** It is there, and whole. */
    synchronized void found(String id) {
        missing.remove(id);
        choose();
    }

    /** All stores in use, highest ranking first; null while one is missing, and these may not be all. */
    List<Named> whole() {
        while (true) {
            List<Named> now = inUse;
            if (!missing.isEmpty()) {
                return null;
            }
            if (now == inUse) { // else one may have come back between the two lines
                return now;
            }
        }
    }

    /** Misses no store any more that is missed since that time or longer. True if there was one. */
    boolean doWithout(long since) {
        if (!missing.values().removeIf(gone -> gone - since <= 0)) {
            return false;
        }
        synchronized (this) {
            choose();
        }
        return true;
    }

    synchronized void want(String id) {
        wanted = id;
        choose();
    }

    /** The {@code store.id} of a store. */
    static String id(ServiceReference<MessageStore> reference) {
        return String.valueOf(reference.getProperty(MessageStore.ID));
    }

    private void choose() {
        List<Named> all = bound.entrySet().stream()
                .sorted(Map.Entry.<ServiceReference<MessageStore>, Named>comparingByKey()
                        .reversed())
                .map(Map.Entry::getValue)
                .toList();
        Named before = chosen;
        Named now = wanted.isEmpty() ? ofHighestRanking(all, before) : named(all, wanted);
        present = all;
        chosen = now;
        inUse = all.stream()
                .filter(named -> named == now || reached.contains(named.store()))
                .toList();
        if (now != null && (before == null || before.store() != now.store())) {
            LOG.info("new messages go to the store {}", now.id());
        } else if (now == null && before != null) {
            LOG.warn(
                    "no store takes new messages any more: store={}, present: {}",
                    wanted,
                    all.stream().map(Named::id).toList());
        }
        sayWhatIsLeftOut(all, now);
    }

    private static Named named(List<Named> all, String id) {
        return all.stream().filter(named -> named.id().equals(id)).findFirst().orElse(null);
    }

    /** One that has never answered is not preferred to one that works; but for a while it may still turn out to be there. */
    private Named ofHighestRanking(List<Named> all, Named before) {
        boolean isSettled = before != null && all.contains(before) && reached.contains(before.store());
        for (Named named : all) {
            if (reached.contains(named.store())) {
                return named;
            }
            if (missing.containsKey(named.id()) && !isSettled) {
                return null; // what comes meanwhile waits
            }
        }
        return all.isEmpty() || !missing.isEmpty() ? null : all.get(0); // it says itself what ails it
    }

    private void sayWhatIsLeftOut(List<Named> all, Named now) {
        for (Named named : all) {
            if (named != now
                    && !reached.contains(named.store())
                    && !missing.containsKey(named.id())
                    && saidLeftOut.add(named.store())) {
                LOG.warn(
                        "the store {} has not answered since it came, and store={} does not name it: it is left out. {}; what"
                                + " waits in {} comes when it answers. Mend it, or take its configuration away",
                        named.id(),
                        wanted,
                        now == null ? whyNoneIsChosen(all) : "Messages go to " + now.id() + " and come from there",
                        named.id());
            }
        }
    }

    /** A sentence without its full stop. */
    private String whyNoneIsChosen(List<Named> all) {
        return wanted.isEmpty()
                ? "No store takes new messages until " + String.join(" or ", new TreeSet<>(missing.keySet()))
                        + " answers"
                : "No store takes new messages: store=" + wanted + " in " + OfflineSettings.PID
                        + " names one that is not present. Set it to one of those present, "
                        + all.stream().map(Named::id).toList() + ", or start the store " + wanted;
    }
}
