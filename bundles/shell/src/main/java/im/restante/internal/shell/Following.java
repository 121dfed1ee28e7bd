package im.restante.internal.shell;

import im.restante.internal.support.OperatorConsole;
import im.restante.migration.Job;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Watches something long, as long as a connection to the shell lasts. */
final class Following {
    /** A connection has two minutes. */
    private static final int SECONDS = 100;

    private static final int STEP_SECONDS = 2;

    private Following() {}

    /**
     * Prints how it goes until it ends, or a hundred seconds have passed.
     *
     * @param later the command that tells how it went on
     * @throws IllegalStateException if it broke off
     */
    static void until(OperatorConsole out, Job work, String later) {
        for (int waited = 0; waited < SECONDS; waited += STEP_SECONDS) {
            if (ended(work, STEP_SECONDS)) {
                ended(out, work);
                return;
            }
            out.println(work.progress());
            out.flush();
        }
        out.println("it goes on; " + later + " tells how far it is");
    }

    /** How far it is now. */
    static void now(OperatorConsole out, Job work) {
        out.println(work.title());
        if (ended(work, 0)) {
            ended(out, work);
        } else {
            out.println(work.progress());
        }
    }

    private static void ended(OperatorConsole out, Job work) {
        work.report().forEach(out::println);
        try {
            work.end().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new IllegalStateException("broken off: " + e.getCause().getMessage(), e.getCause());
        }
    }

    private static boolean ended(Job work, int seconds) {
        try {
            work.end().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted; it goes on", e);
        }
    }
}
