package im.restante.internal.http;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * How long threads may wait for one client, one thread at a time: for a grace, which waiting uses up, and which comes back with the bytes
 * that move. When it is used up the thread is interrupted, which closes the channel it waits at, since the JDK's server reads and writes
 * interruptible channels. What the thread does between two waits does not count.
 */
final class ClientWait {
    private final ScheduledExecutorService timer;
    private final long graceNanos;
    private final long nanosPerByte;
    private long leftNanos;
    private Thread waiting; // null: nobody
    private long since;
    private long number;
    private boolean isCut;
    private Future<?> end;

    /** @param bytesPerSecond that give back a second of the grace; 0: nothing does */
    ClientWait(ScheduledExecutorService timer, Duration grace, int bytesPerSecond) {
        this.timer = timer;
        this.graceNanos = grace.toNanos();
        this.leftNanos = graceNanos;
        this.nanosPerByte = bytesPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
    }

    /** The calling thread is about to wait for the client. */
    synchronized void begin() {
        waiting = Thread.currentThread();
        since = System.nanoTime();
        long mine = ++number;
        long left = Math.max(0, leftNanos);
        try {
            end = timer.schedule(() -> cut(mine), left, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            end = null; // the bundle stops, and closes every connection
        }
    }

    /**
     * The calling thread waits no more.
     *
     * @param moved bytes that came or went meanwhile
     * @throws IOException if it waited too long: its connection is closed then
     */
    void end(long moved) throws IOException {
        if (!finish(moved)) {
            throw new IOException("the client is too slow");
        }
    }

    /** As {@link #end}, where nobody needs to know. @return false if it waited too long */
    synchronized boolean finish(long moved) {
        if (waiting != null) {
            waiting = null;
            leftNanos = Math.min(graceNanos, leftNanos - (System.nanoTime() - since) + moved * nanosPerByte);
            if (end != null) {
                end.cancel(false);
            }
            if (isCut) {
                Thread.interrupted(); // ours, and it has done its work
            }
        }
        return !isCut;
    }

    private synchronized void cut(long whose) {
        if (waiting != null && whose == number) {
            isCut = true;
            waiting.interrupt();
        }
    }
}
