package im.restante.internal.shell.portable;

import im.restante.internal.support.Printable;
import im.restante.migration.Job;
import im.restante.store.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Long work on a thread of its own. */
abstract class Task implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(Task.class);
    private static final int ANSWER_SECONDS = 60;

    private final String title;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile boolean stopping;
    private volatile List<String> report = List.of();

    Task(String title) {
        this.title = Printable.line(title);
    }

    /** What it is for. Throws what broke it off, with a sentence for the operator. */
    abstract void work() throws IOException, StoreException;

    /** What came of it so far. */
    abstract void report(List<String> lines);

    public final Job start() {
        Thread thread = new Thread(this::run, "restante-portable");
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    /** To its end, on the caller's thread. */
    final void run() {
        LOG.info("{}: begun", title);
        Exception problem = null;
        try {
            work();
        } catch (IOException | StoreException e) {
            problem = e;
        } catch (RuntimeException | LinkageError e) {
            LOG.error("{}", title, e);
            problem = new IllegalStateException(e.toString(), e);
        }
        List<String> lines = new ArrayList<>();
        report(lines);
        lines.replaceAll(Printable::line); // a file that others wrote speaks in them
        report = List.copyOf(lines);
        lines.forEach(line -> LOG.info("{}: {}", title, line));
        if (problem == null) {
            end.complete(null);
        } else {
            LOG.warn("{}: broken off: {}", title, Printable.line(problem.getMessage()));
            end.completeExceptionally(problem);
        }
    }

    /** Breaks off if the operator said so. */
    final void mayGoOn() throws IOException {
        if (stopping) {
            throw new IOException("stopped");
        }
    }

    /** The value, within a minute. */
    static <T> T await(CompletionStage<T> stage) throws StoreException {
        try {
            return stage.toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new StoreException("no answer from the store within " + ANSWER_SECONDS + " seconds", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted", e);
        } catch (ExecutionException e) {
            Throwable inner = e.getCause();
            while (inner instanceof CompletionException && inner.getCause() != null) {
                inner = inner.getCause();
            }
            throw inner instanceof StoreException known ? known : new StoreException(inner.toString(), inner);
        }
    }

    @Override
    public final String title() {
        return title;
    }

    @Override
    public final List<String> report() {
        return report;
    }

    @Override
    public final CompletionStage<Void> end() {
        return end;
    }

    @Override
    public final void stop() {
        stopping = true;
    }
}
