package im.restante.internal.support;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/**
 * One {@link LogLimit} for each kind of line: at most one line of a kind a minute. A kind is named by a word of the code, never by
 * anything that comes from outside, so that their number is bounded. Safe for concurrent use.
 */
public final class LogLimits {
    private final ConcurrentMap<String, LogLimit> byKind = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    public LogLimits(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The limit of that kind. */
    public LogLimit of(String kind) {
        return byKind.computeIfAbsent(kind, any -> LogLimit.perMinute(nanoTime));
    }
}
