package im.restante.internal.iq;

import im.restante.iq.IqHandler;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError.Condition;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Component;

/** RFC 6120 §7: who asks here for a resource has one already, and a stream has one only. */
@Component(
        service = IqHandler.class,
        property = {IqHandler.NAMESPACE + "=" + BindHandler.BIND, IqHandler.ELEMENT + "=bind"})
public final class BindHandler implements IqHandler {
    static final String BIND = "urn:ietf:params:xml:ns:xmpp-bind";

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        return ImmediateAnswers.error(request, Condition.NOT_ALLOWED, "This stream has a resource already");
    }
}
