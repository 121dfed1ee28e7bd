package im.restante.internal.support;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Does something again and again, one pass at a time: whoever asks during a pass gets one more behind it, one for all who ask. A pass
 * that fails is repeated after a pause, which doubles with each failure ({@link RetryPolicy#PATIENT}). Nothing is done in between. Safe
 * for concurrent use; holds no thread.
 */
public final class Passes {
    /** What is done in each pass. */
    @FunctionalInterface
    public interface Pass {
        /**
         * Does all there is to do; called on a worker.
         *
         * @param isRetry whether this is the repetition of one that failed, after the pause
         */
        CompletionStage<Void> run(boolean isRetry);
    }

    private final Workers workers;
    private final Pass pass;
    private boolean running;
    private boolean retrying;
    private boolean retryDue;
    /** Why there is no further pass; null: there is. */
    private Throwable closed;

    private int failures;
    /** For those who wait for the pass that is running; null: none is. */
    private CompletableFuture<Void> current;
    /** For those who have asked since that one began; null: nobody. */
    private CompletableFuture<Void> next;

    public Passes(Workers workers, Pass pass) {
        this.workers = workers;
        this.pass = pass;
    }

    /** A pass that begins from now on; completes as it does. */
    public CompletableFuture<Void> ask() {
        CompletableFuture<Void> asked;
        synchronized (this) {
            if (closed != null) {
                return CompletableFuture.failedFuture(closed);
            }
            next = next == null ? new CompletableFuture<>() : next;
            asked = next;
            if (running) {
                return asked;
            }
            running = true;
        }
        workers.execute(this::run);
        return asked;
    }

    private void run() {
        boolean isRetry;
        synchronized (this) {
            current = next;
            next = null;
            isRetry = retryDue;
            retryDue = false;
        }
        CompletionStage<Void> done;
        try {
            done = pass.run(isRetry);
        } catch (Throwable e) { // else there would never be another pass
            OutOfMemory.endsProcess(e);
            done = CompletableFuture.failedFuture(e);
        }
        done.whenComplete((nothing, problem) -> workers.execute(() -> ended(problem)));
    }

    private void ended(Throwable problem) {
        CompletableFuture<Void> asked;
        boolean again;
        synchronized (this) {
            if (problem == null) {
                failures = 0;
            } else if (!retrying) {
                retrying = true;
                failures++;
                workers.after(
                        RetryPolicy.PATIENT.pause(
                                failures, ThreadLocalRandom.current().nextDouble()),
                        this::retry);
            }
            asked = current;
            current = null;
            again = next != null;
            running = again;
        }
        if (asked != null) { // else all who waited were told when it was closed
            if (problem == null) {
                asked.complete(null);
            } else {
                asked.completeExceptionally(problem);
            }
        }
        if (again) {
            workers.execute(this::run);
        }
    }

    private void retry() {
        synchronized (this) {
            retrying = false;
            if (failures == 0) {
                return; // a pass since then did it all
            }
            retryDue = true;
        }
        ask();
    }

    /** Whether the last pass failed, so that one follows without being asked for. */
    public synchronized boolean isFailing() {
        return failures > 0;
    }

    /**
     * Begins no further pass.
     *
     * @param why what those who wait for a pass, or ask for one from now on, are told
     */
    public void close(Throwable why) {
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        synchronized (this) {
            closed = why;
            waiting.add(current);
            waiting.add(next);
            current = null;
            next = null;
        }
        for (CompletableFuture<Void> asked : waiting) {
            if (asked != null) {
                asked.completeExceptionally(why);
            }
        }
    }
}
