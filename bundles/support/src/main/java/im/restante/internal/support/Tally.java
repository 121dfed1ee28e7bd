package im.restante.internal.support;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts by a word, such as an outcome. To count one of a word that was met before takes no lock and leaves no object behind. Words beyond
 * {@value #MOST} are counted as {@value #OTHER}, so that their number is bounded whoever makes them. Safe for concurrent use.
 */
public final class Tally {
    /** Different words. */
    public static final int MOST = 64;

    /** What is counted together. */
    public static final String OTHER = "other";

    private final ConcurrentMap<String, LongAdder> counts = new ConcurrentHashMap<>();

    /** @param known words that are told from the beginning, with 0 */
    public Tally(String... known) {
        for (String word : known) {
            counts.put(word, new LongAdder());
        }
    }

    /** One more. */
    public void add(String word) {
        LongAdder count = counts.get(word);
        if (count == null) { // several threads may exceed the bound by one each, once
            count = counts.computeIfAbsent(counts.size() < MOST ? word : OTHER, first -> new LongAdder());
        }
        count.increment();
    }

    /** Whether it is counted by itself already. */
    public boolean knows(String word) {
        return counts.containsKey(word);
    }

    /** In the order of words. */
    public Map<String, Long> counts() {
        Map<String, Long> now = new TreeMap<>();
        counts.forEach((word, count) -> now.put(word, count.sum()));
        return now;
    }
}
