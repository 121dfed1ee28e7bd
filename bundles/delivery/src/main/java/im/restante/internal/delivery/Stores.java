package im.restante.internal.delivery;

import im.restante.store.MessageStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The message stores present, and which of them takes new messages. Answers are snapshots: take one, use it to the end. */
final class Stores {
    private static final Logger LOG = LoggerFactory.getLogger(Stores.class);

    /**
     * One store.
     *
     * @param id its {@code store.id}
     */
    record Named(String id, MessageStore store) {}

    private final Map<ServiceReference<MessageStore>, Named> bound = new HashMap<>();
    /** Those that went and may come back in a moment, by {@code store.id}, with the time when they went. */
    private final Map<String, Long> missing = new ConcurrentHashMap<>();

    private String wanted;
    private volatile List<Named> present = List.of();
    private volatile Named chosen;

    /** @param wanted {@code store.id} of the one to choose; empty: the one of the highest ranking */
    Stores(String wanted) {
        this.wanted = wanted;
    }

    /** All stores, highest ranking first. */
    List<Named> present() {
        return present;
    }

    /** The one of that name; of several the highest ranking. */
    Optional<Named> find(String id) {
        return present.stream().filter(named -> named.id().equals(id)).findFirst();
    }

    /** The one that takes new messages; null if it is not there. */
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
        bound.remove(reference);
        choose();
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
    void found(String id) {
        missing.remove(id);
    }

    /** All stores, highest ranking first; null while one is missing, and what is present may not be all. */
    List<Named> whole() {
        while (true) {
            List<Named> now = present;
            if (!missing.isEmpty()) {
                return null;
            }
            if (now == present) { // else one may have come back between the two lines
                return now;
            }
        }
    }

    /** Misses no store any more that went at that time or before. True if there was one. */
    boolean doWithout(long since) {
        return missing.values().removeIf(gone -> gone - since <= 0);
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
        present = bound.entrySet().stream()
                .sorted(Map.Entry.<ServiceReference<MessageStore>, Named>comparingByKey()
                        .reversed())
                .map(Map.Entry::getValue)
                .toList();
        Named before = chosen;
        Named now = present.stream()
                .filter(named -> wanted.isEmpty() || named.id().equals(wanted))
                .findFirst()
                .orElse(null);
        chosen = now;
        if (now != null && (before == null || before.store() != now.store())) {
            LOG.info("new messages go to the store {}", now.id());
        } else if (now == null && before != null) {
            LOG.warn(
                    "no store takes new messages any more: store={}, present: {}",
                    wanted,
                    present.stream().map(Named::id).toList());
        }
    }
}
