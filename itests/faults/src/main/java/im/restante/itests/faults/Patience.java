package im.restante.itests.faults;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * How long the runner waits for what must come, so that no finding is one of its own patience: on a machine with more to do than it
 * has processors all takes as many times longer.
 *
 * @param factor how many times longer all takes by what the runner itself lets run beside the server; 1: nothing
 */
record Patience(double factor) {
    static final Patience USUAL = new Patience(1);
    /** What keeps a disk busy hinders as several that keep a processor busy. */
    private static final int WRITER_WEIGHT = 4;

    private static final double MOST = 40;

    /** With so many busy loops, and writers that sync the disk without pause, beside the server. */
    static Patience beside(int busyLoops, int syncWriters) {
        return new Patience(1 + (busyLoops + WRITER_WEIGHT * syncWriters) / (double) processors());
    }

    /** Room for what ends a wait that went wrong: {@code limit} on a machine with nothing else to do, more on this one now. */
    Duration room(Duration limit) {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage() / processors();
        return times(limit, Math.min(MOST, Math.max(factor, load)));
    }

    /** As {@link #room}, in seconds. */
    long seconds(long limit) {
        return room(Duration.ofSeconds(limit)).toSeconds();
    }

    /** What a promise in seconds may exceed: {@code limit}, more only by what the runner itself lets run beside the server. */
    Duration grace(Duration limit) {
        return times(limit, factor);
    }

    private static Duration times(Duration limit, double factor) {
        return Duration.ofMillis((long) (limit.toMillis() * factor));
    }

    private static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }
}
