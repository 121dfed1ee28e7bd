package im.restante.stanza;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An {@code <iq/>} (RFC 6120 §8.2.3).
 *
 * @param from null until stamped
 * @param to   null for the sender's own account
 * @param type null if the attribute is missing or unknown: {@code bad-request}
 */
public record Iq(
        Element element,
        @Nullable Jid from,
        @Nullable Jid to,
        @Nullable Type type) implements Stanza {
    /** RFC 6120 §8.2.3. */
    public enum Type {
        GET,
        SET,
        RESULT,
        ERROR
    }

    public Iq {
        requireNonNull(element, "element");
    }

    /** @throws im.restante.jid.InvalidJidException if an address is none */
    public static Iq of(Element element) {
        return new Iq(
                element,
                Stanza.address(element, "from"),
                Stanza.address(element, "to"),
                type(element.attribute("type")));
    }

    /** Whether it must be answered. */
    public boolean isRequest() {
        return type == Type.GET || type == Type.SET;
    }

    /** What is asked or told: the first child; empty if there is none. */
    public Optional<Element> payload() {
        return element.firstChild();
    }

    /** The same IQ with other addresses; a null {@code newTo} leaves it as it is. */
    public Iq addressed(Jid newFrom, @Nullable Jid newTo) {
        Element changed = element.withAttribute("from", newFrom.toString());
        if (newTo != null) {
            changed = changed.withAttribute("to", newTo.toString());
        }
        return new Iq(changed, newFrom, newTo == null ? to : newTo, type);
    }

    /** The result without payload. */
    public Iq result() {
        return result(null);
    }

    /** The result; {@code payload} may be null. Addresses are exchanged. */
    public Iq result(@Nullable Element payload) {
        Element.Builder answer = Element.builder(Namespaces.CLIENT, "iq")
                .attribute("type", "result")
                .attribute("id", id())
                .attribute("from", to == null ? null : to.toString())
                .attribute("to", from == null ? null : from.toString());
        if (payload != null) {
            answer.child(payload);
        }
        return new Iq(answer.build(), to, from, Type.RESULT);
    }

    /** The error, original payload first. */
    public Iq error(StanzaError error) {
        return error(error.toElement());
    }

    /** The same with an {@code <error/>} that says more than its condition and a text (RFC 6120 §8.3.4). */
    public Iq error(Element error) {
        Element answer = StanzaError.exchange(element, from, to).withAttribute("type", "error");
        return new Iq(answer.with(error), to, from, Type.ERROR);
    }

    private static @Nullable Type type(@Nullable String value) {
        if (value == null) {
            return null;
        }
        return switch (value) {
            case "get" -> Type.GET;
            case "set" -> Type.SET;
            case "result" -> Type.RESULT;
            case "error" -> Type.ERROR;
            default -> null;
        };
    }
}
