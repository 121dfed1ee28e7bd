package im.restante.internal.routing;

import static im.restante.stanza.StanzaError.Condition.BAD_REQUEST;
import static im.restante.stanza.StanzaError.Condition.INTERNAL_SERVER_ERROR;
import static im.restante.stanza.StanzaError.Condition.REMOTE_SERVER_NOT_FOUND;
import static im.restante.stanza.StanzaError.Condition.SERVICE_UNAVAILABLE;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Printable;
import im.restante.iq.IqRouter;
import im.restante.jid.Jid;
import im.restante.route.NextHop;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides where IQs go (RFC 6120 §8.2.3, RFC 6121 §8). Safe for concurrent use; does not block. */
final class IqRouting {
    private static final Logger LOG = LoggerFactory.getLogger(IqRouting.class);

    private final Router router;
    private final Supplier<IqRouter> handlers;
    private final Predicate<Iq> questions;

    /** @param questions takes an answer to something the server asked; false if it asked nothing of the kind */
    IqRouting(Router router, Supplier<IqRouter> handlers, Predicate<Iq> questions) {
        this.router = router;
        this.handlers = handlers;
        this.questions = questions;
    }

    /** @param iq stamped with its sender */
    CompletionStage<Outcome> route(Originator from, Iq iq) {
        if (isMalformed(iq)) {
            return refuse(from, iq, StanzaError.of(BAD_REQUEST));
        }
        Jid to = iq.to();
        NextHop hop = to == null ? NextHop.Local.ACCOUNT : router.routes().next(to);
        boolean isAnswer = !iq.isRequest();
        if (isAnswer && hop != NextHop.Local.ACCOUNT && questions.test(iq)) {
            return StanzaOrder.DONE;
        }
        if (hop instanceof NextHop.Away away) {
            return router.away(away, iq).thenApply(verdict -> {
                if (verdict.told() != null && !isAnswer) {
                    router.answer(from, iq, verdict.told());
                }
                return Outcome.DONE;
            });
        }
        if (hop == null) {
            return isAnswer ? StanzaOrder.DONE : refuse(from, iq, StanzaError.of(REMOTE_SERVER_NOT_FOUND));
        }
        if (to != null && to.isFull()) {
            Session recipient = router.registry().find(to);
            if (recipient != null
                    && !recipient.isSuspended()
                    && recipient.offer(Outbound.of(router.serialize(iq.element())))) {
                return StanzaOrder.DONE;
            }
            return isAnswer ? StanzaOrder.DONE : refuse(from, iq, StanzaError.of(SERVICE_UNAVAILABLE));
        }
        return isAnswer ? StanzaOrder.DONE : handled(iq); // or an answer to something the server never asked
    }

    private CompletionStage<Outcome> refuse(Originator from, Iq iq, StanzaError error) {
        router.answer(from, iq, error);
        return StanzaOrder.DONE;
    }

    private CompletionStage<Outcome> handled(Iq iq) {
        IqRouter present = handlers.get();
        if (present == null) {
            return completedFuture(answered(iq.error(StanzaError.of(SERVICE_UNAVAILABLE))));
        }
        CompletionStage<Iq> asked;
        try {
            asked = requireNonNull(present.route(iq), "no stage");
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            return completedFuture(unanswered(iq, e));
        }
        return asked.handle((answer, problem) -> {
            try {
                return problem == null ? answered(answer) : unanswered(iq, problem);
            } catch (Throwable e) {
                OutOfMemory.endsProcess(e);
                return unanswered(iq, e);
            }
        });
    }

    private static Outcome answered(Iq answer) {
        return new Outcome.Answer(answer.element());
    }

    private Outcome unanswered(Iq request, Throwable problem) {
        LogLimit limit = router.lines().of("unanswered");
        if (limit.isDue()) {
            LOG.error(
                    "the request {} of {} got no usable answer{}",
                    Printable.line(request.payload().orElse(null)),
                    request.from(),
                    limit.more(),
                    problem);
        }
        return answered(request.error(StanzaError.of(INTERNAL_SERVER_ERROR)));
    }

    /** RFC 6120 §8.2.3. */
    private static boolean isMalformed(Iq iq) {
        if (iq.type() == null || iq.id() == null || iq.id().isEmpty()) {
            return true;
        }
        int children = iq.element().children().size();
        return switch (iq.type()) {
            case GET, SET -> children != 1;
            case RESULT -> children > 1;
            case ERROR -> false;
        };
    }
}
