package im.restante.internal.iq;

import im.restante.iq.IqHandler;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Component;

/** Lists what belongs to the server or to the requester's own account (XEP-0030 §4): nothing so far. */
@Component(
        service = IqHandler.class,
        property = {IqHandler.NAMESPACE + "=" + Namespaces.DISCO_ITEMS, IqHandler.ELEMENT + "=query"})
public final class DiscoItemsHandler implements IqHandler {
    private static final Element NOTHING = Element.of(Namespaces.DISCO_ITEMS, "query");

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        if (request.type() != Iq.Type.GET) {
            return Answers.error(request, Condition.BAD_REQUEST);
        }
        return request.payload().orElseThrow().attribute("node") == null
                ? Answers.result(request, NOTHING)
                : Answers.error(request, Condition.ITEM_NOT_FOUND);
    }
}
