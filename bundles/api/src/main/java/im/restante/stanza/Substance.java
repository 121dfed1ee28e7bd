package im.restante.stanza;

import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.Node;
import java.util.List;

/**
 * What somebody would miss if a message vanished. What is not known here is {@link #CONTENT}: an extension nobody has heard of
 * is never taken for nothing.
 */
public enum Substance {
    /** Something for a person or a program, of whatever namespace. */
    CONTENT,
    /**
     * A chat state (XEP-0085), a receipt or the request for one (XEP-0184), a chat marker (XEP-0333); or what those replaced
     * (XEP-0022).
     */
    SIGNAL,
    /**
     * What says nothing without something else: an empty {@code body} or {@code subject}, a thread, hints, ids, a delay stamp, a
     * nickname, rules of delivery, and the like.
     */
    NOTHING;

    /** The mark of a message between two occupants of a room, empty (XEP-0045 §7.5). */
    private static final String MUC_USER = "http://jabber.org/protocol/muc#user";

    /** Of a child of a message. */
    public static Substance of(Element child) {
        return switch (child.namespace()) {
            case Namespaces.CHAT_STATES, Namespaces.RECEIPTS, Namespaces.MARKERS, "jabber:x:event" -> SIGNAL;
            case Namespaces.HINTS,
                    Namespaces.STANZA_ID,
                    Namespaces.DELAY,
                    "jabber:x:delay", // XEP-0091
                    Namespaces.CARBONS, // private
                    "urn:xmpp:occupant-id:0", // XEP-0421
                    "http://jabber.org/protocol/nick", // XEP-0172
                    "http://jabber.org/protocol/amp", // XEP-0079
                    "http://jabber.org/protocol/address", // XEP-0033
                    "http://jabber.org/protocol/shim" -> // XEP-0131
                NOTHING;
            case Namespaces.CLIENT ->
                switch (child.name()) {
                    case "thread" -> NOTHING;
                    case "body", "subject" -> isEmpty(child) ? NOTHING : CONTENT;
                    default -> CONTENT;
                };
            case MUC_USER -> isEmpty(child) ? NOTHING : CONTENT;
            default -> CONTENT;
        };
    }

    /** Of a whole message: content if one child is, else a signal if one is. Its type says nothing here. */
    public static Substance of(Message message) {
        Substance most = NOTHING;
        List<Node> content = message.element().content();
        for (int i = 0; i < content.size() && most != CONTENT; i++) {
            if (content.get(i) instanceof Element child) {
                Substance one = of(child);
                most = one.compareTo(most) < 0 ? one : most;
            }
        }
        return most;
    }

    private static boolean isEmpty(Element element) {
        List<Node> content = element.content();
        for (int i = 0; i < content.size(); i++) {
            if (content.get(i) instanceof Element) {
                return false;
            }
        }
        return element.text().isEmpty();
    }
}
