package im.restante.stanza;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The {@code <error/>} of RFC 6120 §8.3.
 *
 * @param condition what went wrong
 * @param type      what the sender may do about it
 * @param text      for a person; null for none
 */
public record StanzaError(
        Condition condition, Type type, @Nullable String text) {
    /** RFC 6120 §8.3.2. */
    public enum Type {
        AUTH,
        CANCEL,
        CONTINUE,
        MODIFY,
        WAIT
    }

    /** RFC 6120 §8.3.3, each with the type that section gives it and the number that old clients read (XEP-0086). */
    public enum Condition {
        BAD_REQUEST(Type.MODIFY, 400),
        CONFLICT(Type.CANCEL, 409),
        FEATURE_NOT_IMPLEMENTED(Type.CANCEL, 501),
        FORBIDDEN(Type.AUTH, 403),
        GONE(Type.CANCEL, 302),
        INTERNAL_SERVER_ERROR(Type.CANCEL, 500),
        ITEM_NOT_FOUND(Type.CANCEL, 404),
        JID_MALFORMED(Type.MODIFY, 400),
        NOT_ACCEPTABLE(Type.MODIFY, 406),
        NOT_ALLOWED(Type.CANCEL, 405),
        NOT_AUTHORIZED(Type.AUTH, 401),
        POLICY_VIOLATION(Type.MODIFY, 405),
        RECIPIENT_UNAVAILABLE(Type.WAIT, 404),
        REDIRECT(Type.MODIFY, 302),
        REGISTRATION_REQUIRED(Type.AUTH, 407),
        REMOTE_SERVER_NOT_FOUND(Type.CANCEL, 404),
        REMOTE_SERVER_TIMEOUT(Type.WAIT, 504),
        RESOURCE_CONSTRAINT(Type.WAIT, 500),
        SERVICE_UNAVAILABLE(Type.CANCEL, 503),
        SUBSCRIPTION_REQUIRED(Type.AUTH, 407),
        UNDEFINED_CONDITION(Type.CANCEL, 500),
        UNEXPECTED_REQUEST(Type.WAIT, 400);

        private final Type type;
        private final int code;
        private final String element = name().toLowerCase(Locale.ROOT).replace('_', '-');

        Condition(Type type, int code) {
            this.type = type;
            this.code = code;
        }

        /** The name of the condition's element, e.g. {@code service-unavailable}. */
        public String element() {
            return element;
        }
    }

    public StanzaError {
        requireNonNull(condition, "condition");
        requireNonNull(type, "type");
    }

    /** With the type that RFC 6120 gives the condition. */
    public static StanzaError of(Condition condition) {
        return new StanzaError(condition, condition.type, null);
    }

    /** With the type that RFC 6120 gives the condition, and a text for a person. */
    public static StanzaError of(Condition condition, @Nullable String text) {
        return new StanzaError(condition, condition.type, text);
    }

    /** The same, but worth trying again later (type {@code wait}). */
    public StanzaError later() {
        return withType(Type.WAIT);
    }

    /** The same with another type than RFC 6120 gives the condition. */
    public StanzaError withType(Type other) {
        return new StanzaError(condition, other, text);
    }

    /** The same with this text for a person; null for none. */
    public StanzaError withText(@Nullable String other) {
        return new StanzaError(condition, type, other);
    }

    /** The {@code <error/>} child of a stanza. */
    public Element toElement() {
        Element.Builder error = Element.builder(Namespaces.CLIENT, "error")
                .attribute("type", type.name().toLowerCase(Locale.ROOT))
                .attribute("code", Integer.toString(condition.code))
                .child(Element.of(Namespaces.STANZA_ERRORS, condition.element()));
        if (text != null) {
            error.child(Element.of(Namespaces.STANZA_ERRORS, "text", text));
        }
        return error.build();
    }

    static Element exchange(Element original, @Nullable Jid from, @Nullable Jid to) {
        return original.withAttribute("from", to == null ? null : to.toString())
                .withAttribute("to", from == null ? null : from.toString());
    }
}
