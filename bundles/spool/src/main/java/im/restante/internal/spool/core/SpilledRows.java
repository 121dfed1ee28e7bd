package im.restante.internal.spool.core;

import java.util.Collection;
import java.util.Set;
import java.util.TreeMap;

/**
 * Rows that were added behind a drain since it began: those on their way into the store, and those in it. {@code spill-limit} bounds
 * how many there are. A row leaves when it is acknowledged, removed or refused, and when a page that must show it does not.
 */
final class SpilledRows {
    private static final long ON_ITS_WAY = Long.MAX_VALUE;

    /** Ids, and the number of the last read that had begun when the row was committed. */
    private final TreeMap<Long, Long> rows = new TreeMap<>();

    void add(long id) {
        rows.put(id, ON_ITS_WAY);
    }

    void committed(long id, long lastRead) {
        rows.computeIfPresent(id, (row, before) -> lastRead);
    }

    void remove(long id) {
        rows.remove(id);
    }

    void removeAll(Collection<Long> ids) {
        if (!rows.isEmpty()) {
            ids.forEach(rows::remove);
        }
    }

    /**
     * A page has been read.
     *
     * @param last  the last id that it could show
     * @param there ids that it shows
     */
    void seen(Effect.Read read, long last, Set<Long> there) {
        if (!rows.isEmpty()) {
            rows.subMap(read.after(), false, last, true)
                    .entrySet()
                    .removeIf(row -> row.getValue() < read.number() && !there.contains(row.getKey()));
        }
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    int size() {
        return rows.size();
    }
}
