package im.restante.internal.routing;

import static im.restante.stanza.StanzaError.Condition.REMOTE_SERVER_TIMEOUT;
import static im.restante.stanza.StanzaError.Condition.SERVICE_UNAVAILABLE;

import im.restante.delivery.Delivery;
import im.restante.session.Outcome;
import im.restante.stanza.Iq;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** An IQ request that the server sends in its own name. */
final class Question extends OwnStanza<Iq> {
    private final Iq request;
    private final long timeoutNanos;

    /** @param request with an id that nobody can guess */
    Question(Iq request, Duration timeout, int bytes, long since, Consumer<OwnStanza<?>> onSettled) {
        super(request, bytes, since, onSettled);
        this.request = request;
        this.timeoutNanos = timeout.toNanos();
    }

    String id() {
        return request.id();
    }

    /** Whether somebody answers it whom it was for (RFC 6120 §8.1.2.1). */
    boolean isAnsweredBy(Iq answer) {
        return request.to().equals(answer.from()) && request.from().equals(answer.to());
    }

    @Override
    public CompletionStage<Outcome> route(
            Stanza stanza, Admissibility admissibility, Delivery delivery, OpenVerdict open) {
        return router().route(this, stanza, admissibility, delivery, open);
    }

    @Override
    public boolean tell(Element error) {
        settle(Iq.of(error));
        return true;
    }

    @Override
    Iq failed(String reason, StanzaError error) {
        return request.error(error == null ? StanzaError.of(SERVICE_UNAVAILABLE).later() : error);
    }

    @Override
    Iq outcome(Outcome outcome) {
        return outcome instanceof Outcome.Answer answered ? Iq.of(answered.stanza()) : null;
    }

    @Override
    Iq late(long passedNanos) {
        return passedNanos < timeoutNanos ? null : request.error(StanzaError.of(REMOTE_SERVER_TIMEOUT));
    }
}
