package im.restante.internal.session.owner;

import im.restante.delivery.Delivery;
import im.restante.delivery.Verdict;
import im.restante.stanza.StanzaError;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The messages of one owner on their way into the store, which is called in their order and by one thread at a time. */
final class Appends {
    private static final Logger LOG = LoggerFactory.getLogger(Appends.class);
    /** Appends a sender's reader makes before it has other things to do. */
    private static final int TURNS = 256;

    private final Spool spool;
    private final Owners all;

    private long begun;
    private int justQueued;
    private int limited;

    /** Without a verdict. Goes up under the lock only. */
    private final AtomicInteger inFlight = new AtomicInteger();

    // not guarded by the lock
    private final ConcurrentLinkedQueue<Append> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();

    Appends(Spool spool, Owners all) {
        this.spool = spool;
        this.all = all;
    }

    void add(Append append) {
        begun++;
        limited += append.unlimited ? 0 : 1;
        inFlight.incrementAndGet();
        queue.add(append);
        justQueued++;
    }

    /** How many there were ever. */
    long begun() {
        return begun;
    }

    boolean areInFlight() {
        return inFlight.get() > 0;
    }

    /** Whether any of those without a verdict is subject to a quota. */
    boolean mayEvict() {
        return limited > 0;
    }

    boolean isIdle() {
        return inFlight.get() == 0 && queued.get() == 0;
    }

    /** How many were added since; {@link #pump} must follow, outside the lock. */
    int takeJustQueued() {
        int count = justQueued;
        justQueued = 0;
        return count;
    }

    /** Whoever finds the queue idle empties it. Not under the lock. */
    void pump(int added) {
        if (added > 0 && queued.getAndAdd(added) == 0) {
            storeQueued(false);
        }
    }

    private void storeQueued(boolean giveUp) {
        int turns = 0;
        do {
            Delivery delivery = all.delivery.now();
            if (delivery == null && !giveUp) {
                all.delivery
                        .await(all.settings().swapTimeout())
                        .thenAcceptAsync(came -> storeQueued(came == null), all.workers);
                return;
            }
            if (++turns > TURNS) {
                all.workers.execute(() -> storeQueued(giveUp));
                return;
            }
            store(delivery, queue.poll());
        } while (queued.decrementAndGet() != 0);
    }

    private void store(Delivery delivery, Append append) {
        if (delivery == null) {
            decided(append, failed("no delivery"));
            return;
        }
        CompletionStage<Verdict> verdict;
        try {
            verdict = append.rehearsal
                    ? delivery.rehearse(append.parcel.message(), append.row(), append.keep())
                    : delivery.store(append.parcel.message(), append.row(), append.keep());
        } catch (RuntimeException e) {
            LOG.error("storing message {} for {} failed", append.id(), spool.jid, e);
            decided(append, failed("delivery failed"));
            return;
        }
        verdict.whenComplete(
                (outcome, problem) -> decided(append, outcome != null ? outcome : failed("delivery failed")));
    }

    private static Verdict failed(String why) {
        return new Verdict.Failed(
                why, StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE).later());
    }

    private void decided(Append append, Verdict stored) {
        Verdict outcome = spool.decide(() -> {
            Verdict last = spool.concluded(append, stored);
            append.decided = true;
            append.committed = stored instanceof Verdict.Stored;
            boolean none = inFlight.decrementAndGet() == 0;
            boolean lastLimited = !append.unlimited && --limited == 0;
            if (none) {
                spool.settled();
            }
            Drain drain = spool.drain();
            if (drain != null && !drain.stepDue && (none || lastLimited || drain.follows())) {
                drain.stepDue = true;
                all.workers.execute(() -> spool.drainer.step(drain));
            }
            return last;
        });
        append.verdict.complete(outcome);
    }
}
