package im.restante.internal.support;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;

/**
 * Takes connections until their listener is closed, whatever fails meanwhile: too many open files, no more threads, a fault of ours.
 * What fails is tried again after pauses of {@link RetryPolicy#PROMPT}, and logged once a minute.
 *
 * @param <C> a connection
 */
public final class AcceptLoop<C extends Closeable> {
    /** The listening socket. */
    public interface Listener<C> {
        /** Waits for the next one. */
        C accept() throws IOException;

        boolean isOpen();
    }

    private final Listener<C> listener;
    private final Consumer<C> serve;
    private final Logger log;
    private final LongConsumer pause;
    private final LogLimit lines = LogLimit.perMinute(System::nanoTime);

    /**
     * @param serve must not block; a connection at which it throws is closed
     * @param log   told what fails
     */
    public AcceptLoop(Listener<C> listener, Consumer<C> serve, Logger log) {
        this(listener, serve, log, LockSupport::parkNanos);
    }

    /** @param pause waits for so many nanoseconds */
    AcceptLoop(Listener<C> listener, Consumer<C> serve, Logger log, LongConsumer pause) {
        this.listener = listener;
        this.serve = serve;
        this.log = log;
        this.pause = pause;
    }

    /** Returns when the listener is closed. */
    public void run() {
        int failures = 0;
        while (listener.isOpen()) {
            C connection = null;
            try {
                connection = listener.accept();
                serve.accept(connection);
                failures = 0;
            } catch (Throwable e) { // anything: nobody else would take connections again
                OutOfMemory.endsProcess(e);
                close(connection);
                if (listener.isOpen()) {
                    failures++;
                    report(connection == null ? "accept connections" : "serve a new connection", e);
                    pause.accept(RetryPolicy.PROMPT.pause(failures, 0.5).toNanos());
                }
            }
        }
    }

    private void report(String what, Throwable problem) {
        try {
            if (lines.isDue()) {
                log.error("cannot {}: {}; trying again{}", what, Printable.line(problem), lines.more());
            }
        } catch (Throwable e) { // a log file that cannot be opened either
            OutOfMemory.endsProcess(e);
        }
    }

    private void close(C connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (IOException | RuntimeException e) {
            log.debug("a connection that is not served did not close: {}", Printable.line(e));
        }
    }
}
