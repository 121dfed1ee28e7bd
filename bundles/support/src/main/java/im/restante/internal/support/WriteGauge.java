package im.restante.internal.support;

import java.util.concurrent.TimeUnit;

/** What one thread that writes tells of itself: how much it commits at a time, how long that takes, and whether it can. */
public final class WriteGauge {
    /** A batch that is not written by then is stuck; and so long a failure counts that no commit has followed. */
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Histogram batches = new Histogram(1, 2, 4, 8, 16, 32, 64, 128, 256, 512);
    private final Histogram commits = new Histogram(Histogram.TIMES);
    private volatile long busySince;
    private volatile long failedAt;
    private volatile String failure;

    /** Changes that were committed together. */
    public Histogram batches() {
        return batches;
    }

    /** Time of a commit, in seconds. */
    public Histogram commits() {
        return commits;
    }

    /** A batch is being written from now on, or is waited for, a second at most. */
    public void begins(long nanoTime) {
        busySince = nanoTime | 1; // 0 says that none is
    }

    /** None is being written, or waited for. */
    public void rests() {
        busySince = 0;
    }

    /**
     * @param nanos what the commit took
     * @param grows whether something in it needed room: only then it shows that a disk is not full any more
     */
    public void committed(int changes, long nanos, boolean grows) {
        batches.add(changes);
        commits.add(nanos / 1e9);
        if (grows) {
            works();
        }
    }

    /** What was wrong is over. */
    public void works() {
        failure = null;
    }

    /** Writing failed, and the changes themselves were not the cause. @param why for an operator */
    public void failed(String why, long nanoTime) {
        failedAt = nanoTime;
        failure = why;
    }

    /** What is wrong now, for an operator; null if nothing is. */
    public String trouble(long nanoTime) {
        long since = busySince;
        if (since != 0 && nanoTime - since > LONG_NANOS) {
            return "the writer has been busy with one batch for " + TimeUnit.NANOSECONDS.toSeconds(nanoTime - since)
                    + " s: is the disk stuck, or the database locked?";
        }
        String why = failure;
        return nanoTime - failedAt > LONG_NANOS ? null : why;
    }
}
