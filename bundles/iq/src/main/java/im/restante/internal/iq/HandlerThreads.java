package im.restante.internal.iq;

import im.restante.internal.support.Threads;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The threads on which handlers go on with what takes many steps: done within one another, those would need a deep stack. */
@Component(service = HandlerThreads.class)
public final class HandlerThreads implements Executor {
    /** Where there are no virtual ones. */
    private static final int THREADS = 4;

    private final ExecutorService tasks = Threads.tasks("restante-iq", THREADS);

    @Override
    public void execute(Runnable task) {
        tasks.execute(task);
    }

    /** What has been handed over still runs. */
    @Deactivate
    void close() {
        tasks.shutdown();
    }
}
