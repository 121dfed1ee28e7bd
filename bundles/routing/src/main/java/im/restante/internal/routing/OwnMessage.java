package im.restante.internal.routing;

import im.restante.delivery.Delivery;
import im.restante.delivery.Verdict;
import im.restante.session.Outcome;
import im.restante.stanza.Message;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A message that the server sends in its own name. */
final class OwnMessage extends OwnStanza<Verdict> {
    OwnMessage(Message message, int bytes, long since, Consumer<OwnStanza<?>> onSettled) {
        super(message, bytes, since, onSettled);
    }

    @Override
    public CompletionStage<Outcome> route(
            Stanza stamped, Admissibility admissibility, Delivery delivery, OpenVerdict open) {
        return router().route(this, stamped, admissibility, delivery, open);
    }

    @Override
    public void decided(Verdict verdict) {
        settle(verdict);
    }

    @Override
    Verdict failed(String reason, StanzaError error) {
        return new Verdict.Failed(reason, error);
    }
}
