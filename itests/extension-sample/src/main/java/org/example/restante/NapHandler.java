package org.example.restante;

import im.restante.stream.ClientStream;
import im.restante.stream.StreamElementHandler;
import im.restante.xml.Element;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;

/** A client may nap: {@code <nap xmlns='urn:example:nap'/>}, once; it is wished a good rest. */
@Component(property = StreamElementHandler.NAMESPACE + "=" + NapHandler.NAP)
public final class NapHandler implements StreamElementHandler {
    static final String NAP = "urn:example:nap";

    private final Set<ClientStream> napping = ConcurrentHashMap.newKeySet();

    @Override
    public List<Element> features(ClientStream stream) {
        return stream.phase() == ClientStream.Phase.LOGGED_IN ? List.of(Element.of(NAP, "nap")) : List.of();
    }

    @Override
    public boolean handle(Element element, ClientStream stream) {
        if (stream.phase() != ClientStream.Phase.BOUND || !element.name().equals("nap") || !napping.add(stream)) {
            return false;
        }
        stream.over().thenRun(() -> napping.remove(stream));
        return stream.send(Element.of(NAP, "rest-well"));
    }
}
