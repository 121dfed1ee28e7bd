package im.restante.internal.delivery;

import im.restante.delivery.Judgement;
import im.restante.quota.QuotaExceededStrategy;
import im.restante.quota.Terms;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Usage;
import java.util.Optional;

/**
 * The judgement while filter or quota is being replaced: it would be kept, subject to being judged before it is stored. Its
 * terms never reach a store.
 */
final class Unjudged implements QuotaExceededStrategy {
    static final Judgement.Keep KEEP =
            new Judgement.Keep("not judged yet", new Terms(Admission.UNLIMITED, new Unjudged()));

    private Unjudged() {}

    static boolean is(Judgement.Keep keep) {
        return keep.terms().strategy() instanceof Unjudged;
    }

    @Override
    public Admission.OnFull onFull() {
        return Admission.OnFull.REFUSE;
    }

    @Override
    public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
        return Optional.of(Answers.UNAVAILABLE_NOW);
    }
}
