package im.restante.internal.routing.carbons;

import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.Node;

/** Which messages are copied to a user's other sessions, and what a copy looks like (XEP-0280 §6–§9). */
public final class CarbonCopy {
    private static final String MUC_USER = "http://jabber.org/protocol/muc#user";
    private static final String DIRECT_INVITATION = "jabber:x:conference";

    private CarbonCopy() {}

    /**
     * Whether a message is part of a conversation between people: a chat, anything with a body, or what goes with it (chat
     * states, receipts, markers, invitations). Never groupchat, errors, headlines, a carbon copy, or what its sender keeps to
     * one session.
     */
    public static boolean eligible(Message message) {
        if (message.type() != Message.Type.CHAT && message.type() != Message.Type.NORMAL) {
            return false;
        }
        boolean wanted = message.type() == Message.Type.CHAT;
        for (Node node : message.element().content()) {
            if (!(node instanceof Element child)) {
                continue;
            }
            switch (child.namespace()) {
                case Namespaces.CARBONS -> {
                    return false; // <private/>, or a copy already
                }
                case Namespaces.HINTS -> {
                    if (child.name().equals("no-copy")) {
                        return false;
                    }
                }
                case Namespaces.CHAT_STATES, Namespaces.RECEIPTS, Namespaces.MARKERS, MUC_USER, DIRECT_INVITATION ->
                    wanted = true;
                case Namespaces.CLIENT -> wanted |= child.name().equals("body");
                default -> {
                    // says nothing about it
                }
            }
        }
        return wanted;
    }

    /** For another session of the recipient. */
    public static Element received(Message message, Jid to) {
        return wrap("received", message, to);
    }

    /** For another session of the sender. */
    public static Element sent(Message message, Jid to) {
        return wrap("sent", message, to);
    }

    private static Element wrap(String direction, Message message, Jid to) {
        Element forwarded = Element.builder(Namespaces.FORWARD, "forwarded")
                .child(message.element())
                .build();
        return Element.builder(Namespaces.CLIENT, "message")
                .attribute("from", to.bare().toString())
                .attribute("to", to.toString())
                .attribute("type", message.element().attribute("type"))
                .child(Element.builder(Namespaces.CARBONS, direction)
                        .child(forwarded)
                        .build())
                .build();
    }
}
