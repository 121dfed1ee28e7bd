package im.restante.internal.delivery;

import im.restante.internal.support.Backoff;
import im.restante.internal.support.Failures;
import im.restante.internal.support.RetryPolicy;
import im.restante.store.MessageStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.osgi.framework.ServiceReference;

/** Asks each store that comes for its figures until it answers once: then it has been reached. */
final class FirstAnswers {
    private static final class Asked {
        final MessageStore store;
        final Backoff backoff;
        final AtomicBoolean isAsking = new AtomicBoolean();

        Asked(MessageStore store, Backoff backoff) {
            this.store = store;
            this.backoff = backoff;
        }
    }

    private final Executor workers;
    private final LongSupplier nanoTime;
    private final BiConsumer<ServiceReference<MessageStore>, MessageStore> answered;
    private final Map<ServiceReference<MessageStore>, Asked> open = new ConcurrentHashMap<>();

    /** @param answered told once of each, on a worker */
    FirstAnswers(
            Executor workers,
            LongSupplier nanoTime,
            BiConsumer<ServiceReference<MessageStore>, MessageStore> answered) {
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.answered = answered;
    }

    /** It came. */
    void ask(ServiceReference<MessageStore> reference, MessageStore store) {
        Asked asked = new Asked(store, new Backoff(RetryPolicy.PROMPT, nanoTime));
        open.put(reference, asked);
        ask(reference, asked);
    }

    /** It is gone. */
    void forget(ServiceReference<MessageStore> reference) {
        open.remove(reference);
    }

    /** Asks again whom it is time to ask again. */
    void tick() {
        open.forEach((reference, asked) -> {
            if (asked.backoff.isDue()) {
                ask(reference, asked);
            }
        });
    }

    private void ask(ServiceReference<MessageStore> reference, Asked asked) {
        if (!asked.isAsking.compareAndSet(false, true)) {
            return;
        }
        Failures.stage(asked.store::statistics)
                .whenComplete((figures, problem) -> workers.execute(() -> ended(reference, asked, problem == null)));
    }

    private void ended(ServiceReference<MessageStore> reference, Asked asked, boolean isAnswered) {
        if (isAnswered) {
            if (open.remove(reference, asked)) { // else it is gone
                answered.accept(reference, asked.store);
            }
        } else {
            asked.backoff.failed();
            asked.isAsking.set(false);
        }
    }
}
