package im.restante.stanza;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import org.jspecify.annotations.Nullable;

/**
 * A {@code <message/>} (RFC 6121 §5).
 *
 * @param from null until stamped
 * @param to   null if none was named
 * @param type an unknown or missing one is {@link Type#NORMAL} (§5.2.2)
 */
public record Message(
        Element element, @Nullable Jid from, @Nullable Jid to, Type type) implements Stanza {
    /** RFC 6121 §5.2.2. */
    public enum Type {
        NORMAL,
        CHAT,
        GROUPCHAT,
        HEADLINE,
        ERROR
    }

    public Message {
        requireNonNull(element, "element");
        requireNonNull(type, "type");
    }

    /** @throws im.restante.jid.InvalidJidException if an address is none */
    public static Message of(Element element) {
        return new Message(
                element,
                Stanza.address(element, "from"),
                Stanza.address(element, "to"),
                type(element.attribute("type")));
    }

    /** The same message with other addresses, in their prepared form; a null {@code newTo} leaves it as it is. */
    public Message addressed(Jid newFrom, @Nullable Jid newTo) {
        Element changed = element;
        if (!newFrom.toString()
                .equals(element.attribute("from"))) { // the text: it may be another form of the same address
            changed = changed.withAttribute("from", newFrom.toString());
        }
        if (newTo != null && !newTo.toString().equals(element.attribute("to"))) {
            changed = changed.withAttribute("to", newTo.toString());
        }
        return changed == element ? this : new Message(changed, newFrom, newTo == null ? to : newTo, type);
    }

    /** The same message with one more child. */
    public Message with(Element child) {
        return new Message(element.with(child), from, to, type);
    }

    /** Whether there is a {@code <body/>} with text in it. */
    public boolean hasBody() {
        return element.child(Namespaces.CLIENT, "body")
                .filter(body -> !body.text().isEmpty())
                .isPresent();
    }

    /**
     * This message sent back as an error: addresses exchanged, original children first (RFC 6120 §8.3.1).
     *
     * @throws IllegalStateException if this is an error itself: an error never answers an error
     */
    public Message error(StanzaError error) {
        if (type == Type.ERROR) {
            throw new IllegalStateException("an error is never answered with an error");
        }
        Element answer = StanzaError.exchange(element, from, to).withAttribute("type", "error");
        return new Message(answer.with(error.toElement()), to, from, Type.ERROR);
    }

    private static Type type(@Nullable String value) {
        if (value == null) {
            return Type.NORMAL;
        }
        return switch (value) {
            case "chat" -> Type.CHAT;
            case "groupchat" -> Type.GROUPCHAT;
            case "headline" -> Type.HEADLINE;
            case "error" -> Type.ERROR;
            default -> Type.NORMAL;
        };
    }
}
