package im.restante.internal.spool;

import static java.util.Objects.requireNonNull;

import im.restante.delivery.Delivery;
import im.restante.delivery.Verdict;
import im.restante.internal.spool.core.Event;
import im.restante.internal.spool.core.Incoming;
import im.restante.internal.support.OutOfMemory;
import im.restante.stanza.StanzaError;
import im.restante.store.StoreException;
import java.time.Duration;
import java.util.Iterator;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Offers an owner's messages to the delivery, in the order of their ids, and to one delivery at a time: nothing passes by what another
 * one still has. What one that stops gives back goes to the next.
 *
 * <p>Used by the thread that runs the owner; answers come on any.
 */
final class StoreOffers {
    private static final Verdict NO_DELIVERY = new Verdict.Failed(
            "the delivery bundle is not there",
            StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE).later());

    /** Between two looks for a delivery where there is nothing to be told before one comes. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final OwnerRunner runner;
    private final Owners all;

    /** Messages that {@link #holder} has and has not answered. */
    private final AtomicInteger held = new AtomicInteger();

    private Delivery holder;
    /** One that said that it stops. */
    private Delivery stopped;
    /** Oldest first. */
    private final SortedMap<Long, Incoming> waiting = new TreeMap<>();

    private boolean awaitsDelivery;
    /** Somebody waits for {@link #held} to be 0. */
    private volatile boolean awaitsHolder;

    StoreOffers(OwnerRunner runner, Owners all) {
        this.runner = runner;
        this.all = all;
    }

    void add(Incoming message) {
        Delivery delivery = delivery();
        if (waiting.isEmpty() && delivery != null && mayHave(delivery)) {
            offer(delivery, message);
        } else {
            waiting.put(message.id(), message);
            serve();
        }
    }

    private Delivery delivery() {
        Delivery now = all.delivery.now();
        return now == stopped ? null : now;
    }

    private boolean mayHave(Delivery delivery) {
        if (delivery != holder) {
            awaitsHolder = true; // before the look: who answers the last one must see it
            if (held.get() > 0) {
                return false;
            }
            awaitsHolder = false;
            holder = delivery;
        }
        return true;
    }

    private void serve() {
        while (!waiting.isEmpty()) {
            Delivery delivery = delivery();
            if (delivery == null) {
                await(all.settings().swapTimeout());
                return;
            }
            if (!mayHave(delivery)) {
                return; // whoever answers the last of them comes back
            }
            offer(delivery, waiting.remove(waiting.firstKey()));
        }
    }

    private void offer(Delivery delivery, Incoming message) {
        held.incrementAndGet();
        CompletionStage<Verdict> answer;
        try {
            answer = requireNonNull(
                    message.rehearsal()
                            ? delivery.rehearse(
                                    message.envelope().message(), message.row(), message.keep(), message.claim())
                            : delivery.store(
                                    message.envelope().message(), message.row(), message.keep(), message.claim()),
                    "no stage");
        } catch (Throwable e) { // so does one whose bundle is gone
            OutOfMemory.endsProcess(e);
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((verdict, problem) -> answered(delivery, message, verdict, problem));
    }

    private void answered(Delivery by, Incoming message, Verdict verdict, Throwable problem) {
        if (problem != null
                && (isStop(problem)
                        || by != all.delivery.now()
                        || !message.claim().withdraw())) {
            later(() -> {
                stopped = by;
                held.decrementAndGet();
                waiting.put(message.id(), message);
                serve();
            });
            return;
        }
        if (problem != null) {
            all.troubles.failed("storing a message", runner.jid, problem);
        }
        runner.post(new Event.StoreAnswered(message, problem == null ? verdict : EffectRunner.INTERNAL));
        if (held.decrementAndGet() == 0 && awaitsHolder) {
            later(this::serve);
        }
    }

    private static boolean isStop(Throwable problem) {
        return problem instanceof StoreException
                || problem instanceof CompletionException && problem.getCause() instanceof StoreException;
    }

    private void await(Duration patience) {
        if (!awaitsDelivery) {
            awaitsDelivery = true;
            all.delivery.await(patience).whenComplete((came, problem) -> later(() -> awaited(came)));
        }
    }

    /** What is done by whoever runs the owner. */
    private void later(Runnable task) {
        runner.ask(core -> {
            task.run();
            return null;
        });
    }

    /** @param came it may be gone again by now, and then another one is waited for; null: none came in time */
    private void awaited(Delivery came) {
        if (came != null && came == stopped) { // it should be gone in a moment
            all.workers.after(
                    LOOK,
                    () -> later(() -> {
                        awaitsDelivery = false;
                        stopped = null; // one that stays is asked again
                        serve();
                    }));
            return;
        }
        awaitsDelivery = false;
        if (came != null) {
            serve();
            return;
        }
        sendAway();
        if (!waiting.isEmpty()) {
            await(LOOK);
        }
    }

    /** All but those of which nobody knows whether they are stored: whatever their senders were told might be untrue. */
    private void sendAway() {
        for (Iterator<Incoming> each = waiting.values().iterator(); each.hasNext(); ) {
            Incoming message = each.next();
            if (message.claim().withdraw()) { // a store of the one that stopped may still have it
                each.remove();
                runner.post(new Event.StoreAnswered(message, NO_DELIVERY));
            }
        }
    }
}
