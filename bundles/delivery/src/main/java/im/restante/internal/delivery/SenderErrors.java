package im.restante.internal.delivery;

import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.stanza.Substance;

/** What the sender of a message is told, if anything. */
final class SenderErrors {
    static final StanzaError UNAVAILABLE = StanzaError.of(Condition.SERVICE_UNAVAILABLE);
    static final StanzaError UNAVAILABLE_NOW = StanzaError.of(
                    Condition.SERVICE_UNAVAILABLE, "The server cannot store messages at the moment")
            .later();
    static final StanzaError NOT_STORED =
            StanzaError.of(Condition.RESOURCE_CONSTRAINT, "The server could not store the message");

    private SenderErrors() {}

    /** For a message that a rule does not keep: an error unless nobody would miss it; null: silence. */
    static StanzaError forSkipped(Message message) {
        return switch (message.type()) {
            case ERROR, HEADLINE -> null; // RFC 6121 §8.5.2.2.1: silently ignored
            case GROUPCHAT -> UNAVAILABLE; // same place: always an error
            case NORMAL, CHAT -> unlessNeverBounced(message, UNAVAILABLE);
        };
    }

    /** For a message that would be kept and is not: {@code told}, or null for one that is never bounced. */
    static StanzaError unlessNeverBounced(Message message, StanzaError told) {
        return isNeverBounced(message) ? null : told;
    }

    /** Errors, and messages that hold nothing but chat states, receipts and markers. */
    static boolean isNeverBounced(Message message) {
        return message.type() == Message.Type.ERROR || Substance.of(message) == Substance.SIGNAL;
    }
}
