package im.restante.internal.session.owner;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Rows handed to a session and not yet proved. */
final class Lease {
    final Drain drain;
    final List<Long> ids;
    final long bytes;

    /** How to wait for the proof; null until the link has told. Not guarded by the lock. */
    volatile CompletionStage<Void> proof;

    Lease(Drain drain, List<Long> ids, long bytes) {
        this.drain = drain;
        this.ids = ids;
        this.bytes = bytes;
    }

    /**
     * Whether nothing is known against it. A session may be handed a page, prove it and leave before the link's answer tells how
     * to wait for that proof; then {@link Drainer} ends the lease, this way or that, a moment later.
     */
    boolean mayBeProved() {
        CompletionStage<Void> answer = proof;
        if (answer == null) {
            return true;
        }
        CompletableFuture<Void> future = answer.toCompletableFuture();
        return future.isDone() && !future.isCompletedExceptionally();
    }
}
