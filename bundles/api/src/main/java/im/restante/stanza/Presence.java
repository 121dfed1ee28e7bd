package im.restante.stanza;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import im.restante.xml.Element;
import org.jspecify.annotations.Nullable;

/**
 * A {@code <presence/>} (RFC 6121 §4).
 *
 * @param from null until stamped
 * @param to   null for a broadcast
 * @param type null if the attribute has a value that RFC 6121 §4.7.1 does not know: {@code bad-request}
 */
public record Presence(
        Element element,
        @Nullable Jid from,
        @Nullable Jid to,
        @Nullable Type type) implements Stanza {
    /** RFC 6121 §4.7.1; {@link #AVAILABLE} is the missing attribute. */
    public enum Type {
        AVAILABLE,
        UNAVAILABLE,
        SUBSCRIBE,
        SUBSCRIBED,
        UNSUBSCRIBE,
        UNSUBSCRIBED,
        PROBE,
        ERROR;

        /** Whether this is one of the four that manage subscriptions (RFC 6121 §3). */
        public boolean isSubscription() {
            return this == SUBSCRIBE || this == SUBSCRIBED || this == UNSUBSCRIBE || this == UNSUBSCRIBED;
        }
    }

    public Presence {
        requireNonNull(element, "element");
    }

    /** @throws im.restante.jid.InvalidJidException if an address is none */
    public static Presence of(Element element) {
        return new Presence(
                element,
                Stanza.address(element, "from"),
                Stanza.address(element, "to"),
                type(element.attribute("type")));
    }

    /** The same presence with other addresses; a null {@code newTo} leaves it as it is. */
    public Presence addressed(Jid newFrom, @Nullable Jid newTo) {
        Element changed = element.withAttribute("from", newFrom.toString());
        if (newTo != null) {
            changed = changed.withAttribute("to", newTo.toString());
        }
        return new Presence(changed, newFrom, newTo == null ? to : newTo, type);
    }

    /** This presence sent back as an error, addresses exchanged. */
    public Presence error(StanzaError error) {
        Element answer = StanzaError.exchange(element, from, to).withAttribute("type", "error");
        return new Presence(answer.with(error.toElement()), to, from, Type.ERROR);
    }

    private static @Nullable Type type(@Nullable String value) {
        if (value == null) {
            return Type.AVAILABLE;
        }
        return switch (value) {
            case "unavailable" -> Type.UNAVAILABLE;
            case "subscribe" -> Type.SUBSCRIBE;
            case "subscribed" -> Type.SUBSCRIBED;
            case "unsubscribe" -> Type.UNSUBSCRIBE;
            case "unsubscribed" -> Type.UNSUBSCRIBED;
            case "probe" -> Type.PROBE;
            case "error" -> Type.ERROR;
            default -> null;
        };
    }
}
