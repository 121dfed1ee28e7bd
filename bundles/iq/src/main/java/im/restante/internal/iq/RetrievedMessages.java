package im.restante.internal.iq;

import im.restante.jid.Jid;
import im.restante.session.Retrieval;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends a session what waits for it, each message with its name (XEP-0013 §2.4). */
final class RetrievedMessages {
    private static final Logger LOG = LoggerFactory.getLogger(RetrievedMessages.class);

    private final Retrieval retrieval;
    private final WaitingStanzas stanzas;

    RetrievedMessages(Retrieval retrieval, WaitingStanzas stanzas) {
        this.retrieval = retrieval;
        this.stanzas = stanzas;
    }

    /** @return whether the session got them */
    CompletionStage<Boolean> send(Jid session, List<StoredMessage> page) {
        return retrieval
                .send(session, page.stream().flatMap(row -> copy(row).stream()).toList())
                .handle((sent, problem) -> {
                    if (problem != null) {
                        LOG.debug("{} was cut while it read its messages: {}", session, problem.toString());
                    }
                    return problem == null;
                });
    }

    /** The message with its name; nothing if it cannot be read back. What a sender says about nodes is not passed on. */
    private Optional<Element> copy(StoredMessage row) {
        Element name = Element.builder(Namespaces.OFFLINE, OfflineMessages.ITEM)
                .attribute("node", Nodes.of(row.id()))
                .build();
        return stanzas.read(row)
                .map(stanza -> stanza.without(child -> child.is(Namespaces.OFFLINE, OfflineMessages.OFFLINE))
                        .with(Element.builder(Namespaces.OFFLINE, OfflineMessages.OFFLINE)
                                .child(name)
                                .build()));
    }
}
