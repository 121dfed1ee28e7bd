package im.restante.internal.delivery;

import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.stanza.Message;
import im.restante.store.Claim;
import im.restante.store.StoredMessage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/** One message between {@code store()} and its verdict. */
final class PendingStore extends Timed {
    /** How it ended without an answer of a store. */
    enum GivenUp {
        /** Nothing was there that could have stored it. */
        WAITED_IN_VAIN,
        /** No store has begun with it in time, or its caller has withdrawn it. */
        TIMED_OUT
    }

    final Message message;
    final StoredMessage row;
    final StorageDecision.Keep keep;
    /** Who withdraws it knows that the row is not stored and never will be. */
    final Claim claim;
    /** Whether only the verdict is wanted: nothing is stored. */
    final boolean rehearsal;

    final CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    /** It is one of the {@link OpenAppends}. */
    private final AtomicBoolean open = new AtomicBoolean();

    private final BiConsumer<PendingStore, GivenUp> onGivenUp;
    /** A store was asked to append it and has not answered. */
    volatile boolean asked;
    /** It is one of the {@link Repeats}, or was. */
    volatile boolean repeated;
    /** A store began with it and could not say whether it is stored: until one says so, it may be. */
    volatile boolean doubtful;

    PendingStore(
            Message message,
            StoredMessage row,
            StorageDecision.Keep keep,
            Claim claim,
            boolean rehearsal,
            long now,
            long timeoutNanos,
            long waitNanos,
            BiConsumer<PendingStore, GivenUp> onGivenUp) {
        super(now, timeoutNanos, waitNanos);
        this.message = message;
        this.row = row;
        this.keep = keep;
        this.claim = claim;
        this.rehearsal = rehearsal;
        this.onGivenUp = onGivenUp;
    }

    /** True at the first time. */
    boolean opens() {
        return open.compareAndSet(false, true);
    }

    /** True once if it was opened. */
    boolean closes() {
        return open.getAndSet(false);
    }

    int sizeBytes() {
        return row.sizeBytes();
    }

    @Override
    boolean isAbandoned() {
        return claim.isWithdrawn();
    }

    @Override
    void gaveUpWaiting() {
        onGivenUp.accept(this, GivenUp.WAITED_IN_VAIN);
    }

    @Override
    void timedOut() {
        onGivenUp.accept(this, GivenUp.TIMED_OUT);
    }
}
