package im.restante.internal.iq;

import im.restante.iq.IqHandler;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError.Condition;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Component;

/** RFC 3921 §3: clients of that time want to establish a session after binding. There is nothing to do. */
@Component(
        service = IqHandler.class,
        property = {IqHandler.NAMESPACE + "=" + LegacySessionHandler.SESSION, IqHandler.ELEMENT + "=session"})
public final class LegacySessionHandler implements IqHandler {
    static final String SESSION = "urn:ietf:params:xml:ns:xmpp-session";

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        return request.type() == Iq.Type.SET
                ? ImmediateAnswers.result(request, null)
                : ImmediateAnswers.error(request, Condition.BAD_REQUEST);
    }
}
