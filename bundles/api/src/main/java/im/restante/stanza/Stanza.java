package im.restante.stanza;

import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stanza with its addresses read. A view: {@link #element()} is the whole truth, and changing something means making a new view
 * of a new element.
 */
public sealed interface Stanza permits Message, Presence, Iq {
    /** The stanza as it stands on the wire. */
    Element element();

    /** Null until the server has stamped it. */
    @Nullable
    Jid from();

    /** Null if the sender named nobody, which means its own account (RFC 6120 §8.1.1.1). */
    @Nullable
    Jid to();

    /** The {@code id} attribute; null if there is none. */
    default @Nullable String id() {
        return element().attribute("id");
    }

    /**
     * The typed view of {@code element}; empty if it is none of the three stanzas of {@code jabber:client}.
     *
     * @throws InvalidJidException if {@code from} or {@code to} is no address
     */
    static Optional<Stanza> of(Element element) {
        if (!element.namespace().equals(Namespaces.CLIENT)) {
            return Optional.empty();
        }
        return switch (element.name()) {
            case "message" -> Optional.of(Message.of(element));
            case "presence" -> Optional.of(Presence.of(element));
            case "iq" -> Optional.of(Iq.of(element));
            default -> Optional.empty();
        };
    }

    /** The address in an attribute of {@code element}; null if there is none. */
    static @Nullable Jid address(Element element, String attribute) {
        String value = element.attribute(attribute);
        return value == null ? null : Jid.of(value);
    }
}
