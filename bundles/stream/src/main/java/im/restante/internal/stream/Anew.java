package im.restante.internal.stream;

import im.restante.xml.Element;
import im.restante.xml.Node;
import im.restante.xml.Origin;
import im.restante.xml.Scope;
import im.restante.xml.StreamCondition;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlStreamException;

/**
 * Writes anew a stanza that cannot be passed on as it came: its own tag has a prefix, which many a client does not understand,
 * or it uses a prefix that only the stream declares. Elements of the content's namespace lose their prefixes, and the stanza
 * declares the prefixes it uses. The rest stays as it is, byte for byte.
 */
final class Anew {
    /** Room for a declaration of each of the two namespaces of a stream. */
    private static final int MORE = 128;

    private static final StreamLimits LIMITS = new StreamLimits(
            Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

    private final String contentNamespace;
    private final XmlBytes out;

    private Anew(String contentNamespace, XmlBytes out) {
        this.contentNamespace = contentNamespace;
        this.out = out;
    }

    static boolean isNeeded(Element stanza, HardenedParser parser) {
        return parser.borrowed() != Scope.NONE
                || stanza.namespace().equals(parser.contentNamespace()) && new StartTag(stanza.origin()).isPrefixed();
    }

    /** @throws Refused if it would grow by more than a declaration or two */
    static Element written(Element stanza, HardenedParser parser) {
        String contentNamespace = parser.contentNamespace();
        int length = stanza.origin().bytes().length;
        XmlBytes out = new XmlBytes(length + MORE);
        new Anew(contentNamespace, out).element(stanza, contentNamespace, parser.borrowed());
        byte[] bytes = out.toArray();
        if (bytes.length > length + MORE) {
            throw new Refused(
                    StreamCondition.BAD_NAMESPACE_PREFIX,
                    "a stanza whose elements take their namespace from the stream");
        }
        try {
            return ElementReader.single(bytes, LIMITS, contentNamespace);
        } catch (XmlStreamException e) {
            throw new IllegalStateException("what was written anew cannot be read: " + e.getMessage());
        }
    }

    /**
     * @param around   the default namespace outside, in what is written
     * @param borrowed what the stream declares and the stanza uses; not {@link Scope#NONE} at the stanza itself only
     */
    private void element(Element element, String around, Scope borrowed) {
        Origin origin = element.origin();
        byte[] bytes = origin.bytes();
        StartTag tag = new StartTag(origin);
        boolean stanza = origin.start() == 0;
        String own = ownDefault(origin);
        boolean ofContent = element.namespace().equals(contentNamespace);
        boolean drops = stanza && ofContent && tag.isPrefixed();
        String inside = own == null || drops ? around : own;
        boolean bare = tag.isPrefixed() && ofContent && inside.equals(contentNamespace);
        int name = bare ? tag.localName() : origin.start() + 1;
        out.ascii('<');
        out.copy(bytes, name, tag.nameEnd());
        if (!tag.isPrefixed() && own == null && !element.namespace().equals(inside)) {
            inside = element.namespace();
            declare("", inside);
        }
        for (Scope at = borrowed; at != Scope.NONE; at = at.outer()) {
            declare(at.prefix(), at.namespace());
        }
        while (tag.next()) {
            if (!drops || !tag.isDefaultDeclaration()) {
                out.ascii(' ');
                out.copy(bytes, tag.from(), tag.to());
            }
        }
        if (tag.isEmpty()) {
            out.ascii("/>");
            return;
        }
        out.ascii('>');
        int at = origin.content();
        for (Node node : element.content()) {
            if (node instanceof Element child) {
                out.copy(bytes, at, child.origin().start());
                element(child, inside, Scope.NONE);
                at = child.origin().end();
            }
        }
        out.copy(bytes, at, tag.contentEnd());
        out.ascii("</");
        out.copy(bytes, name, tag.nameEnd());
        out.ascii('>');
    }

    private void declare(String prefix, String namespace) {
        out.ascii(prefix.isEmpty() ? " xmlns" : " xmlns:");
        if (!prefix.isEmpty()) {
            out.name(prefix);
        }
        out.ascii('=');
        out.value(namespace);
    }

    /** The default namespace that an element itself declares; null if it declares none. */
    private static String ownDefault(Origin origin) {
        for (Scope at = origin.inner(); at != origin.outer(); at = at.outer()) {
            if (at.prefix().isEmpty()) {
                return at.namespace();
            }
        }
        return null;
    }
}
