package im.restante.internal.limits;

import im.restante.limit.DiskSpace.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures a disk when somebody asks, once a second at most, and says each change of its level once. A mark is a percentage, or so
 * many bytes that are free, whichever leaves less room: 5 % of a large disk are no reason to refuse mail. A level is left when a tenth
 * more than its mark is free. Safe for concurrent use; one thread measures, others take what was measured before.
 */
final class DiskWatch {
    /** So much is always enough, whatever the percentages say. */
    static final long ENOUGH_BYTES = 2L << 30;

    /** And so much for mail from those whom its recipient knows. */
    static final long SCARCE_BYTES = 1L << 30;

    private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);
    private static final long BETWEEN = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<Optional<Path>> place;
    private final Gauge gauge;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Level level = Level.ENOUGH;
    private volatile long measuredAt;

    /** What a disk has. */
    record Room(long total, long free) {}

    /** Asks the system. */
    @FunctionalInterface
    interface Gauge {
        Room measure(Path directory) throws IOException;
    }

    /** @param place the directory whose disk counts; empty: none does */
    DiskWatch(Supplier<Optional<Path>> place, Gauge gauge, LongSupplier nanoTime) {
        this.place = place;
        this.gauge = gauge;
        this.nanoTime = nanoTime;
        this.measuredAt = nanoTime.getAsLong() - BETWEEN;
    }

    static Room measure(Path directory) throws IOException {
        var disk = Files.getFileStore(directory);
        return new Room(disk.getTotalSpace(), disk.getUsableSpace());
    }

    Level level(LimitsSettings settings) {
        if (nanoTime.getAsLong() - measuredAt >= BETWEEN && lock.tryLock()) {
            try {
                measuredAt = nanoTime.getAsLong();
                look(settings);
            } finally {
                lock.unlock();
            }
        }
        return level;
    }

    /** Measures at the next question, whenever that comes: settings or the store have changed. */
    void changed() {
        measuredAt = nanoTime.getAsLong() - BETWEEN;
    }

    private void look(LimitsSettings settings) {
        Optional<Path> directory = place.get();
        if (directory.isEmpty()) {
            level = Level.ENOUGH;
            return;
        }
        Room room;
        try {
            room = gauge.measure(directory.get());
        } catch (IOException | RuntimeException e) {
            LOG.debug("cannot measure the disk of {}: {}", directory.get(), e.toString());
            return; // whatever is wrong there, the store will say
        }
        Level before = level;
        Level now = isOver(room, settings.diskRefusePercent(), SCARCE_BYTES, before == Level.EXHAUSTED)
                ? Level.EXHAUSTED
                : isOver(room, settings.diskWarnPercent(), ENOUGH_BYTES, before != Level.ENOUGH)
                        ? Level.SCARCE
                        : Level.ENOUGH;
        level = now;
        if (now != before) {
            say(now, directory.get(), room);
        }
    }

    private static boolean isOver(Room room, int percent, long bytes, boolean already) {
        if (percent < 0 || room.total() <= 0) {
            return false;
        }
        double mark = Math.min(room.total() / 100.0 * (100 - percent), bytes);
        return room.free() < (already ? mark * 1.1 : mark);
    }

    private static void say(Level level, Path directory, Room room) {
        String rest = room.free() / (1 << 20) + " MiB of " + room.total() / (1 << 20) + " MiB are free";
        switch (level) {
            case EXHAUSTED ->
                LOG.error(
                        "the disk of {} is over disk-refuse-percent, {}: no more mail is stored until there is room; what waits is"
                                + " still delivered",
                        directory,
                        rest);
            case SCARCE ->
                LOG.warn(
                        "the disk of {} is over disk-warn-percent, {}: mail from senders whom its recipient does not know is not"
                                + " stored until there is room",
                        directory,
                        rest);
            default -> LOG.info("the disk of {} has room again, {}: all mail is stored", directory, rest);
        }
    }
}
