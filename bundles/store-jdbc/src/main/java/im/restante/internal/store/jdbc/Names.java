package im.restante.internal.store.jdbc;

import im.restante.jid.Jid;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Addresses known to have their row in {@code om_user}. A cache: what it has forgotten is read, or written again, at no harm. */
final class Names {
    /** Some 2 MB when full. */
    private static final int MOST = 8_192;

    private final Map<Key, Jid> known = new ConcurrentHashMap<>();

    /** Null if not in the cache. */
    Jid get(Key key) {
        return known.get(key);
    }

    /** Call only after the row was committed. */
    void put(Key key, Jid jid) {
        if (known.size() >= MOST) {
            known.clear();
        }
        known.put(key, jid);
    }

    /** For a new connection: the database behind it may be another. */
    void clear() {
        known.clear();
    }
}
