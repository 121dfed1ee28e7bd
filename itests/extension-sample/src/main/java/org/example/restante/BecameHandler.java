package org.example.restante;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.iq.IqHandler;
import im.restante.jid.Jid;
import im.restante.message.HistoryEntry;
import im.restante.message.HistoryQuery;
import im.restante.message.MessageHistory;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Answers {@code <became xmlns='urn:example:became' id='m1'/>} with what became of the messages of that id, to their recipient alone:
 * when somebody fetches mail is nobody else's business, and the history asks nobody for rights.
 */
@Component(
        property = {
            IqHandler.NAMESPACE + "=" + BecameHandler.NAMESPACE,
            IqHandler.ELEMENT + "=" + BecameHandler.ELEMENT_NAME,
            IqHandler.SCOPE + "=" + IqHandler.OWN
        })
public final class BecameHandler implements IqHandler {
    static final String NAMESPACE = "urn:example:became";
    static final String ELEMENT_NAME = "became";

    private final MessageHistory history;

    @Activate
    public BecameHandler(@Reference(policyOption = ReferencePolicyOption.GREEDY) MessageHistory history) {
        this.history = history;
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        String id = request.payload().map(asked -> asked.attribute("id")).orElse(null);
        if (request.type() != Iq.Type.GET || id == null) {
            return completedFuture(request.error(StanzaError.of(StanzaError.Condition.BAD_REQUEST)));
        }
        Jid asker = request.from().bare();
        Element.Builder answer = Element.builder(NAMESPACE, ELEMENT_NAME);
        history.find(HistoryQuery.ofMessageId(id)).entries().stream()
                .filter(entry -> entry.owner().equals(asker))
                .forEach(entry -> answer.child(event(entry)));
        return completedFuture(request.result(answer.build()));
    }

    private static Element event(HistoryEntry entry) {
        return Element.builder(NAMESPACE, "event")
                .attribute("at", entry.at().toString())
                .attribute("kind", entry.kind().name())
                .attribute("why", entry.reason().orElse(""))
                .build();
    }
}
