package org.example.restante;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.iq.IqHandler;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.store.MessageStore;
import im.restante.store.Usage;
import im.restante.xml.Element;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Answers {@code <waiting xmlns='urn:example:waiting'/>} with how much waits for the one who asks. */
@Component(
        property = {
            IqHandler.NAMESPACE + "=" + WaitingHandler.NAMESPACE,
            IqHandler.ELEMENT + "=waiting",
            IqHandler.SCOPE + "=" + IqHandler.OWN
        })
public final class WaitingHandler implements IqHandler {
    static final String NAMESPACE = "urn:example:waiting";

    private final MessageStore store;

    /** Made anew, with the better store, whenever one comes. */
    @Activate
    public WaitingHandler(@Reference(policyOption = ReferencePolicyOption.GREEDY) MessageStore store) {
        this.store = store;
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        if (request.type() != Iq.Type.GET) {
            return completedFuture(request.error(StanzaError.of(StanzaError.Condition.BAD_REQUEST)));
        }
        return store.usage(request.from().bare()).thenApply(usage -> request.result(answer(usage)));
    }

    private static Element answer(Usage usage) {
        return Element.builder(NAMESPACE, "waiting")
                .attribute("messages", Long.toString(usage.messages()))
                .attribute("bytes", Long.toString(usage.bytes()))
                .build();
    }
}
