package im.restante.internal.filter;

import im.restante.stanza.Message;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.Set;

/** What a message is or carries, as far as the stock rules tell messages apart. A set of them is a bit mask. */
enum Trait {
    TYPE_ERROR,
    TYPE_GROUPCHAT,
    TYPE_HEADLINE,
    /** Hint {@code no-store} (XEP-0334 §4.2). */
    HINT_NO_STORE,
    /** Hint {@code store} (XEP-0334 §4.4). */
    HINT_STORE,
    /** A {@code <body/>} with text in it. */
    BODY,
    /** Says that something was received; a mere request for a receipt is none (XEP-0184). */
    RECEIPT,
    /** XEP-0333; {@code markable} is a request and none. */
    MARKER,
    /** XEP-0384, XEP-0373, XEP-0027, or anything else that XEP-0380 announces; also a mere transport of keys. */
    ENCRYPTED,
    /** To a room: direct (XEP-0249) or through the room (XEP-0045 §7.8.2). */
    INVITATION,
    CHAT_STATE;

    private static final String MUC_USER = "http://jabber.org/protocol/muc#user";
    private static final String DIRECT_INVITATION = "jabber:x:conference";
    private static final String PGP_LEGACY = "jabber:x:encrypted";
    private static final String OPENPGP = "urn:xmpp:openpgp:0";
    private static final String EXPLICIT_ENCRYPTION = "urn:xmpp:eme:0";
    private static final Set<String> OMEMO =
            Set.of("eu.siacs.conversations.axolotl", "urn:xmpp:omemo:0", "urn:xmpp:omemo:1", "urn:xmpp:omemo:2");

    /** This trait's bit. */
    int bit() {
        return 1 << ordinal();
    }

    /** The traits of {@code message}; one pass over its children. */
    static int of(Message message) {
        int traits = ofType(message.type());
        var content = message.element().content();
        for (int i = 0; i < content.size(); i++) {
            if (content.get(i) instanceof Element child) {
                traits |= ofChild(child);
            }
        }
        return traits;
    }

    private static int ofType(Message.Type type) {
        return switch (type) {
            case ERROR -> TYPE_ERROR.bit();
            case GROUPCHAT -> TYPE_GROUPCHAT.bit();
            case HEADLINE -> TYPE_HEADLINE.bit();
            case NORMAL, CHAT -> 0;
        };
    }

    private static int ofChild(Element child) {
        String namespace = child.namespace();
        return switch (child.name()) {
            case "body" ->
                bitIf(BODY, namespace.equals(Namespaces.CLIENT) && !child.text().isEmpty());
            case "no-store" -> bitIf(HINT_NO_STORE, namespace.equals(Namespaces.HINTS));
            case "store" -> bitIf(HINT_STORE, namespace.equals(Namespaces.HINTS));
            case "received" ->
                namespace.equals(Namespaces.RECEIPTS)
                        ? RECEIPT.bit()
                        : bitIf(MARKER, namespace.equals(Namespaces.MARKERS));
            case "displayed", "acknowledged" -> bitIf(MARKER, namespace.equals(Namespaces.MARKERS));
            case "encrypted" -> bitIf(ENCRYPTED, OMEMO.contains(namespace));
            case "openpgp" -> bitIf(ENCRYPTED, namespace.equals(OPENPGP));
            case "encryption" -> bitIf(ENCRYPTED, namespace.equals(EXPLICIT_ENCRYPTION));
            case "x" ->
                switch (namespace) {
                    case PGP_LEGACY -> ENCRYPTED.bit();
                    case DIRECT_INVITATION -> INVITATION.bit();
                    case MUC_USER ->
                        bitIf(INVITATION, child.child(MUC_USER, "invite").isPresent());
                    default -> 0;
                };
            case "active", "composing", "paused", "inactive", "gone" ->
                bitIf(CHAT_STATE, namespace.equals(Namespaces.CHAT_STATES));
            default -> 0;
        };
    }

    private static int bitIf(Trait trait, boolean present) {
        return present ? trait.bit() : 0;
    }
}
