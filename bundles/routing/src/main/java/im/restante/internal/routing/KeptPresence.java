package im.restante.internal.routing;

import im.restante.xml.Attribute;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * What is kept of the presence that a session has broadcast, for who comes later (RFC 6121 §4.3.2). A presence of more than
 * {@link #MOST_HEAP} reaches those who are there as it came; kept of it is what RFC 6121 §4.7.2 defines, and which
 * capabilities and picture the client has, as far as they fit.
 */
final class KeptPresence {
    /** Bytes of heap for one session. */
    static final int MOST_HEAP = 16 * 1024;

    private static final String CAPS = "http://jabber.org/protocol/caps";
    private static final String PICTURE = "vcard-temp:x:update";

    private KeptPresence() {}

    static Element of(Element presence) {
        if (presence.heap() <= MOST_HEAP) {
            return presence;
        }
        Element kept = Element.of(presence.namespace(), presence.name());
        for (Attribute attribute : presence.attributes()) {
            kept = ifItFits(kept, kept.withAttribute(attribute.namespace(), attribute.name(), attribute.value()));
        }
        for (Element child : presence.children()) {
            if (matters(child)) {
                kept = ifItFits(kept, kept.with(copy(child)));
            }
        }
        return kept;
    }

    private static Element ifItFits(Element before, Element after) {
        return after.heap() <= MOST_HEAP ? after : before;
    }

    private static boolean matters(Element child) {
        return child.namespace().equals(Namespaces.CLIENT) || child.is(CAPS, "c") || child.is(PICTURE, "x");
    }

    /** Without its origin, which would keep the bytes of all of the presence. */
    private static Element copy(Element element) {
        List<Node> content = new ArrayList<>(element.content().size());
        for (Node node : element.content()) {
            content.add(node instanceof Element child ? copy(child) : node);
        }
        return Element.of(element.namespace(), element.name(), element.attributes(), content);
    }
}
