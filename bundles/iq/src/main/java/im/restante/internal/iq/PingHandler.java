package im.restante.internal.iq;

import im.restante.iq.FeatureProvider;
import im.restante.iq.IqHandler;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Namespaces;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Component;

/** Answers XEP-0199 pings. The answer waits for everything the client sent before, which is what makes it a proof. */
@Component(
        service = {IqHandler.class, FeatureProvider.class},
        property = {IqHandler.NAMESPACE + "=" + Namespaces.PING, IqHandler.ELEMENT + "=ping"})
public final class PingHandler implements IqHandler, FeatureProvider {
    @Override
    public CompletionStage<Iq> handle(Iq request) {
        return request.type() == Iq.Type.GET
                ? ImmediateAnswers.result(request, null)
                : ImmediateAnswers.error(request, Condition.BAD_REQUEST);
    }

    @Override
    public Set<String> serverFeatures() {
        return Set.of(Namespaces.PING);
    }

    @Override
    public Set<String> accountFeatures() {
        return Set.of(Namespaces.PING);
    }
}
