package org.example.restante;

import im.restante.filter.Opinion;
import im.restante.filter.StorageRule;
import im.restante.stanza.Message;
import org.osgi.service.component.annotations.Component;

/** Whatever is marked as urgent waits for its reader, with or without a body, whatever the operator's paths say. */
@Component
public final class UrgentRule implements StorageRule {
    static final String NAMESPACE = "urn:example:urgent";

    private static final Opinion URGENT = Opinion.keep("urgent");

    @Override
    public Opinion consider(Message message) {
        return message.element().child(NAMESPACE, "urgent").isPresent() ? URGENT : Opinion.NONE;
    }
}
