package im.restante.internal.c2s;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What waits, by whose it is: each time something is taken, it is of somebody else as long as there are others, the oldest of his. Not
 * safe for concurrent use.
 *
 * @param <K> whose it may be
 * @param <T> what waits
 */
final class RoundRobin<K, T> {
    /** In the order of their next turn; no queue is empty. */
    private final Map<K, Deque<T>> waiting = new LinkedHashMap<>();

    void add(K whose, T item) {
        waiting.computeIfAbsent(whose, first -> new ArrayDeque<>()).add(item);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Null if nothing waits. */
    T poll() {
        if (waiting.isEmpty()) {
            return null;
        }
        Map.Entry<K, Deque<T>> first = waiting.entrySet().iterator().next();
        waiting.remove(first.getKey());
        T item = first.getValue().remove();
        if (!first.getValue().isEmpty()) {
            waiting.put(first.getKey(), first.getValue()); // behind the others
        }
        return item;
    }

    /** It does not wait any more; what does not wait at all is ignored. */
    void remove(K whose, T item) {
        Deque<T> own = waiting.get(whose);
        if (own != null && own.remove(item) && own.isEmpty()) {
            waiting.remove(whose);
        }
    }
}
