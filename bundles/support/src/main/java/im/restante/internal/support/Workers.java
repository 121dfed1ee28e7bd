package im.restante.internal.support;

import java.time.Duration;
import java.util.concurrent.Executor;

/** Where callbacks run, and when. Nothing run here blocks. */
public interface Workers extends Executor, AutoCloseable {
    /** Runs a task soon, on another thread. After {@link #close()} it is dropped. */
    @Override
    void execute(Runnable task);

    /** Runs a task after a while. */
    void after(Duration delay, Runnable task);

    @Override
    void close();
}
