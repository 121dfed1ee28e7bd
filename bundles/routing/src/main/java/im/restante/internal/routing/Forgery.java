package im.restante.internal.routing;

import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.route.LocalRoute;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.Node;
import java.util.List;

/** Removes from what a client sends the marks that only this server may make. */
final class Forgery {
    /** XEP-0091, which clients still read. */
    private static final String LEGACY_DELAY = "jabber:x:delay";

    private final LocalRoute here;

    Forgery(LocalRoute here) {
        this.here = here;
    }

    /**
     * The stanza without delays that claim to come from our domain (XEP-0203 §4, and XEP-0091 before it) and without stanza-ids that claim to be given by
     * it or by an account of it (XEP-0359 §6), and without the name under which a message waits (XEP-0013 §2.4), which only this server
     * gives; itself if there are none.
     */
    Element removed(Element stanza) {
        List<Node> content = stanza.content();
        for (int i = 0; i < content.size(); i++) {
            if (content.get(i) instanceof Element child && isForged(child)) {
                return stanza.without(this::isForged);
            }
        }
        return stanza;
    }

    private boolean isForged(Element child) {
        if (child.is(Namespaces.DELAY, "delay") || child.is(LEGACY_DELAY, "x")) {
            Jid from = address(child.attribute("from"));
            return from != null && here.isServer(from);
        }
        if (child.is(Namespaces.STANZA_ID, "stanza-id")) {
            Jid by = address(child.attribute("by"));
            return by != null && here.isHere(by);
        }
        return child.is(Namespaces.OFFLINE, "offline");
    }

    private static Jid address(String value) {
        try {
            return value == null ? null : Jid.of(value);
        } catch (InvalidJidException e) {
            return null; // nobody's address, so not ours
        }
    }
}
