package im.restante.itests.bench;

import java.util.List;
import java.util.stream.Stream;

/**
 * How long users waited for an answer.
 *
 * @param nanos each time, in any order
 */
record Waits(List<Long> nanos) {
    static final Waits NONE = new Waits(List.of());

    Waits and(Waits others) {
        return new Waits(Stream.concat(nanos.stream(), others.nanos.stream()).toList());
    }

    int count() {
        return nanos.size();
    }

    /** In milliseconds, the one that 99 of 100 stay below. */
    double p99() {
        if (nanos.isEmpty()) {
            throw new IllegalStateException("nothing was answered");
        }
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.get(sorted.size() * 99 / 100) / 1e6;
    }
}
