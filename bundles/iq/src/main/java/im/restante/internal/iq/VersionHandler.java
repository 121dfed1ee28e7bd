package im.restante.internal.iq;

import im.restante.iq.FeatureProvider;
import im.restante.iq.IqHandler;
import im.restante.server.ServerInfo;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Tells the program and its version (XEP-0092). Not the operating system, which is nobody's business. */
@Component(
        service = {IqHandler.class, FeatureProvider.class},
        property = {
            IqHandler.NAMESPACE + "=" + VersionHandler.VERSION,
            IqHandler.ELEMENT + "=query",
            IqHandler.SCOPE + "=" + IqHandler.SERVER
        })
public final class VersionHandler implements IqHandler, FeatureProvider {
    static final String VERSION = "jabber:iq:version";

    private final Element answer;

    @Activate
    public VersionHandler(@Reference ServerInfo server) {
        answer = Element.builder(VERSION, "query")
                .child(Element.of(VERSION, "name", server.name()))
                .child(Element.of(VERSION, "version", server.version()))
                .build();
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        return request.type() == Iq.Type.GET
                ? ImmediateAnswers.result(request, answer)
                : ImmediateAnswers.error(request, Condition.BAD_REQUEST);
    }

    @Override
    public Set<String> serverFeatures() {
        return Set.of(VERSION);
    }
}
