package im.restante.internal.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A service that may go and come. Who needs it while it is gone can wait a while, without a thread. */
public final class Dynamic<T> {
    private final Workers workers;
    private final List<CompletableFuture<T>> waiting = new ArrayList<>(); // guarded by itself
    private volatile T current;

    public Dynamic(Workers workers) {
        this.workers = workers;
    }

    /** The service; null while there is none. */
    public T now() {
        return current;
    }

    /** A service came, or a better one than the one there was. */
    public void set(T service) {
        List<CompletableFuture<T>> waited;
        synchronized (waiting) {
            current = service;
            waited = List.copyOf(waiting);
            waiting.clear();
        }
        if (!waited.isEmpty()) {
            workers.execute(() -> waited.forEach(w -> w.complete(service)));
        }
    }

    /** A service went; nothing happens if another has taken its place already. */
    public void unset(T service) {
        synchronized (waiting) {
            if (current == service) {
                current = null;
            }
        }
    }

    /** Completes with the service, at once if it is there; with null if none came in time. */
    public CompletionStage<T> await(Duration patience) {
        CompletableFuture<T> wait = new CompletableFuture<>();
        synchronized (waiting) {
            if (current != null) {
                return CompletableFuture.completedFuture(current);
            }
            waiting.add(wait);
        }
        workers.after(patience, () -> {
            synchronized (waiting) {
                waiting.remove(wait);
            }
            wait.complete(null);
        });
        return wait;
    }
}
