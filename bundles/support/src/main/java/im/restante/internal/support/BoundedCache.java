package im.restante.internal.support;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is known, forgotten all at once when it becomes too much: for what can be found out again at no harm. Safe for concurrent use. */
public class BoundedCache<K, V> {
    private final Map<K, V> known = new ConcurrentHashMap<>();
    private final int most;

    /** @param most entries */
    public BoundedCache(int most) {
        this.most = most;
    }

    /** Null if not in the cache. */
    public V get(K key) {
        return known.get(key);
    }

    public void put(K key, V value) {
        if (known.size() >= most) {
            known.clear();
        }
        known.put(key, value);
    }

    public void clear() {
        known.clear();
    }
}
