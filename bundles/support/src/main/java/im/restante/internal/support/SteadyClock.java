package im.restante.internal.support;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time by which messages are ended: the system's clock, unless it jumps ahead. What a clock that is wrong for seconds ends does not
 * come back. So a jump of more than {@link #TOLERANCE} against the JVM's monotonic clock is believed only after it has stood for
 * {@link #PROBATION}; until then time goes on from before it. A jump back is believed at once, since it ends nothing. A new instance,
 * as after a start of the server, believes what it finds. Safe for concurrent use.
 */
public final class SteadyClock extends Clock {
    /** How far the two may be apart after a day: much more than clocks drift, much less than a message waits. */
    public static final Duration TOLERANCE = Duration.ofHours(1);
    /** Long enough for somebody to see the log; a machine that slept for so long ends its messages a day late. */
    public static final Duration PROBATION = Duration.ofDays(1);

    private static final Logger LOG = LoggerFactory.getLogger(SteadyClock.class);

    private final Clock system;
    private final LongSupplier nanoTime;
    private Instant base;
    private long baseNanos;
    private Duration jump; // null: none
    private long jumpNanos;

    /** @param nanoTime the monotonic clock */
    public SteadyClock(Clock system, LongSupplier nanoTime) {
        this.system = system;
        this.nanoTime = nanoTime;
        believe(system.instant(), nanoTime.getAsLong());
    }

    @Override
    public synchronized Instant instant() {
        Instant shown = system.instant();
        long nanos = nanoTime.getAsLong();
        Duration since = Duration.ofNanos(nanos - baseNanos);
        Instant expected = base.plus(since);
        Duration ahead = Duration.between(expected, shown);
        if (ahead.compareTo(TOLERANCE) <= 0) {
            if (jump != null) {
                LOG.info("the system's clock is back at {}: messages end by it again", shown);
                jump = null;
            }
            if (ahead.isNegative() || since.compareTo(PROBATION) >= 0) {
                believe(shown, nanos);
            }
            return shown;
        }
        if (jump == null || ahead.minus(jump).abs().compareTo(TOLERANCE) > 0) {
            jump = ahead;
            jumpNanos = nanos;
            LOG.warn(
                    "the system's clock jumped ahead by {} to {}: no message ends for that unless it stands for {}. If it is"
                            + " right, wait or restart the server; if not, set it",
                    ahead,
                    shown,
                    PROBATION);
        } else if (nanos - jumpNanos >= PROBATION.toNanos()) {
            LOG.info("the system's clock has stood at what it jumped to: messages end by {}", shown);
            believe(shown, nanos);
            return shown;
        }
        return expected;
    }

    private void believe(Instant shown, long nanos) {
        base = shown;
        baseNanos = nanos;
        jump = null;
    }

    @Override
    public ZoneId getZone() {
        return system.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new SteadyClock(system.withZone(zone), nanoTime);
    }
}
