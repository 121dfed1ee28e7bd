package im.restante.internal.iq;

import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers that are known at once. */
final class ImmediateAnswers {
    private ImmediateAnswers() {}

    static CompletionStage<Iq> result(Iq request, Element payload) {
        return CompletableFuture.completedFuture(request.result(payload));
    }

    static CompletionStage<Iq> error(Iq request, Condition condition) {
        return CompletableFuture.completedFuture(request.error(StanzaError.of(condition)));
    }

    static CompletionStage<Iq> error(Iq request, Condition condition, String text) {
        return CompletableFuture.completedFuture(request.error(StanzaError.of(condition, text)));
    }

    /** Whether the request is for the account of somebody else. */
    static boolean isOfOther(Iq request) {
        return !isOwn(request) && request.to().local() != null;
    }

    /**
     * What service discovery answers for the account of somebody else to who may learn nothing of it, whether there is one or not
     * (XEP-0030 §8): as nobody would who handles it, but that waiting messages have an answer of their own (XEP-0013 §2.3).
     */
    static Iq refusedDiscovery(Iq request, String node) {
        return request.error(
                StanzaError.of(Namespaces.OFFLINE.equals(node) ? Condition.FORBIDDEN : Condition.SERVICE_UNAVAILABLE));
    }

    /** Whether the request is for the account of whoever asks: nobody else may change anything there. */
    static boolean isOwn(Iq request) {
        return request.to() == null || request.to().equals(request.from().bare());
    }
}
