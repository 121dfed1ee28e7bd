package im.restante.internal.delivery;

import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;

/** What the sender of a message is told, if anything. */
final class Answers {
    static final StanzaError UNAVAILABLE = StanzaError.of(Condition.SERVICE_UNAVAILABLE);
    static final StanzaError UNAVAILABLE_NOW = StanzaError.of(
                    Condition.SERVICE_UNAVAILABLE, "The server cannot store messages at the moment")
            .later();
    static final StanzaError NOT_STORED =
            StanzaError.of(Condition.RESOURCE_CONSTRAINT, "The server could not store the message");

    private Answers() {}

    /** For a message that a rule does not keep: an error if a person would miss it, else null. */
    static StanzaError forSkipped(Message message) {
        return switch (message.type()) {
            case ERROR, HEADLINE -> null; // RFC 6121 §8.5.2.2.1: silently ignored
            case GROUPCHAT -> UNAVAILABLE; // same place: always an error
            case NORMAL, CHAT -> message.hasBody() ? UNAVAILABLE : null;
        };
    }

    /** For a message that would be kept and is not: {@code told}, or null for one that is never bounced. */
    static StanzaError unlessNeverBounced(Message message, StanzaError told) {
        return isNeverBounced(message) ? null : told;
    }

    /** Errors, and messages that hold nothing but chat states, receipts and markers. */
    static boolean isNeverBounced(Message message) {
        if (message.type() == Message.Type.ERROR) {
            return true;
        }
        boolean signal = false;
        var content = message.element().content();
        for (int i = 0; i < content.size(); i++) {
            if (content.get(i) instanceof Element child) {
                switch (child.namespace()) {
                    case Namespaces.CHAT_STATES, Namespaces.RECEIPTS, Namespaces.MARKERS -> signal = true;
                    case Namespaces.HINTS, Namespaces.STANZA_ID, Namespaces.DELAY -> {
                        // goes along with either
                    }
                    default -> {
                        if (!isEmptyOfWords(child)) {
                            return false;
                        }
                    }
                }
            }
        }
        return signal;
    }

    private static boolean isEmptyOfWords(Element child) {
        return child.is(Namespaces.CLIENT, "thread")
                || child.is(Namespaces.CLIENT, "body") && child.text().isEmpty();
    }
}
