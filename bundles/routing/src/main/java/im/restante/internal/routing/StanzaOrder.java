package im.restante.internal.routing;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.delivery.Delivery;
import im.restante.internal.support.OutOfMemory;
import im.restante.session.Outcome;
import im.restante.stanza.Message;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Routes stanzas in the order in which they come (RFC 6120 §10.1): those of one session, or those of the server for some accounts. A
 * stanza for which something must be looked up, and all behind it, wait without a thread; each has its deadline. Called by one thread
 * at a time.
 */
final class StanzaOrder {
    static final CompletableFuture<Outcome> DONE = completedFuture(Outcome.DONE);

    private final Router router;
    private final OpenVerdicts verdicts;

    /** Completes when everything accepted so far has been routed. */
    private CompletableFuture<Void> routed = completedFuture(null);

    StanzaOrder(Router router) {
        this.router = router;
        this.verdicts = router.deadlines().newVerdicts();
    }

    OpenVerdicts verdicts() {
        return verdicts;
    }

    /** Completes when everything accepted so far has been routed; asked when nothing more is accepted. */
    CompletableFuture<Void> routed() {
        return routed;
    }

    /**
     * Takes the next stanza. Decides and routes before it returns; only what needs a disk or another service is left to the stage.
     *
     * @return completes when the verdict is final; never exceptionally
     */
    CompletionStage<Outcome> accept(Originator from, Stanza received) {
        try {
            long then = router.registry().removals().now();
            Stanza stanza = received instanceof Message m ? router.stamped(m, from.jid()) : received;
            Delivery delivery = router.delivery().now();
            CompletableFuture<Admissibility> admissibility =
                    router.admissibility(from, stanza).toCompletableFuture();
            boolean known =
                    routed.isDone() && admissibility.isDone() && (delivery != null || !(stanza instanceof Message));
            return known
                    ? route(from, stanza, admissibility, delivery, null, then)
                    : routeLater(from, stanza, admissibility, then);
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            return failed(from, received, e);
        }
    }

    /**
     * In order: not before everything accepted earlier has been routed, or has been given up at its deadline. A client's presence has no
     * deadline: it waits for nothing but the stanzas before it.
     */
    private CompletionStage<Outcome> routeLater(
            Originator from, Stanza stanza, CompletableFuture<Admissibility> admissibility, long then) {
        CompletableFuture<Delivery> delivery =
                stanza instanceof Message ? router.awaitDelivery().toCompletableFuture() : completedFuture(null);
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        CompletableFuture<Void> turn = new CompletableFuture<>();
        OpenVerdict open = stanza instanceof Presence && !from.isServer() ? null : waiting(from, stanza, outcome, turn);
        CompletableFuture.allOf(routed, delivery, admissibility)
                .whenCompleteAsync(
                        (all, problem) -> {
                            if (open != null && !open.begin()) {
                                return; // its deadline has passed
                            }
                            try {
                                settle(
                                        from,
                                        stanza,
                                        route(from, stanza, admissibility, now(delivery), open, then),
                                        open,
                                        outcome);
                            } catch (Throwable e) {
                                OutOfMemory.endsProcess(e);
                                settle(from, stanza, failed(from, stanza, e), open, outcome);
                            } finally {
                                turn.complete(null);
                            }
                        },
                        router.workers());
        routed = turn;
        return outcome;
    }

    private OpenVerdict waiting(
            Originator from, Stanza stanza, CompletableFuture<Outcome> outcome, CompletableFuture<Void> turn) {
        OpenVerdict open = OpenVerdict.waiting(router.deadlines().now(), router, () -> {
            try {
                outcome.complete(router.tooLate(from, stanza));
            } finally {
                outcome.complete(Outcome.DONE);
                turn.complete(null);
            }
        });
        verdicts.add(open);
        return open;
    }

    private void settle(
            Originator from,
            Stanza stanza,
            CompletionStage<Outcome> decided,
            OpenVerdict open,
            CompletableFuture<Outcome> outcome) {
        boolean spoolHasIt =
                stanza instanceof Message && !decided.toCompletableFuture().isDone();
        if (open != null && !spoolHasIt) {
            verdicts.remove(open); // or it is an IQ, for whose answer the IQ router keeps a deadline
        }
        decided.whenComplete((last, problem) -> {
            if (problem != null) {
                failed(from, stanza, problem);
            }
            outcome.complete(problem == null ? last : Outcome.DONE);
        });
    }

    private static Delivery now(CompletableFuture<Delivery> delivery) {
        return delivery.isCompletedExceptionally() ? null : delivery.getNow(null);
    }

    /** @param then when it was accepted, for the {@link RemovalBarrier} */
    private CompletionStage<Outcome> route(
            Originator from,
            Stanza stanza,
            CompletableFuture<Admissibility> admissibility,
            Delivery delivery,
            OpenVerdict open,
            long then) {
        Admissibility found = admissibility.isCompletedExceptionally()
                ? Admissibility.UNKNOWN
                : admissibility.getNow(Admissibility.UNKNOWN);
        return from.route(stanza, router.keepsOut(stanza, then) ? Admissibility.NO_ACCOUNT : found, delivery, open);
    }

    private CompletionStage<Outcome> failed(Originator from, Stanza stanza, Throwable e) {
        router.report("routing a stanza", from.jid(), e);
        router.failed(from, stanza);
        return DONE;
    }
}
