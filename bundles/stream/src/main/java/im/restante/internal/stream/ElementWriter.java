package im.restante.internal.stream;

import im.restante.xml.Attribute;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.Node;
import im.restante.xml.Origin;
import im.restante.xml.Scope;
import im.restante.xml.Text;
import java.util.List;

/**
 * Writes one element straight into bytes. What was read and not changed since is copied; of what was changed, the parts that stayed
 * are. An element that is written in other surroundings than it was read in gets the declarations it misses there, once, at its
 * own tag.
 */
final class ElementWriter {
    private static final String XMLNS = "http://www.w3.org/2000/xmlns/";
    private static final int SMALL = 512;
    /** Room for what the server adds to a stanza, mostly an address. */
    private static final int MORE = 96;

    private final XmlBytes out;

    private ElementWriter(XmlBytes out) {
        this.out = out;
    }

    /** @throws IllegalArgumentException if a name is none, so that no caller can write broken XML */
    static byte[] bytes(Element element, String inScope) {
        Origin origin = element.origin();
        XmlBytes out = new XmlBytes(origin == null ? SMALL : origin.end() - origin.start() + MORE);
        new ElementWriter(out).element(element, Scope.of(inScope));
        return out.toArray();
    }

    private void element(Element element, Scope scope) {
        Origin origin = element.origin();
        if (origin == null) {
            made(element, scope);
            return;
        }
        boolean fits = scope.covers(origin.outer());
        if (fits && element.asRead() == element) {
            out.copy(origin.bytes(), origin.start(), origin.end());
        } else {
            spliced(element, origin, fits ? null : scope);
        }
    }

    // ---- what was read

    /** @param elsewhere the surroundings, if they are not those it was read in */
    private void spliced(Element element, Origin origin, Scope elsewhere) {
        StartTag tag = new StartTag(origin);
        Element read = element.asRead();
        byte[] bytes = origin.bytes();
        out.copy(bytes, origin.start(), tag.nameEnd());
        if (elsewhere != null) {
            declareMissing(origin, elsewhere);
        }
        attributes(element, read, tag);
        List<Node> content = element.content();
        if (content.isEmpty()) {
            out.ascii("/>");
            return;
        }
        out.ascii('>');
        if (content == read.content()) {
            out.copy(bytes, origin.content(), tag.contentEnd());
        } else {
            content(content, read.content(), tag, origin);
        }
        out.ascii("</");
        out.copy(bytes, origin.start() + 1, tag.nameEnd());
        out.ascii('>');
    }

    private void declareMissing(Origin origin, Scope scope) {
        Scope inner = origin.inner();
        Scope outer = origin.outer();
        for (Scope at = outer; at != null; at = at.outer()) {
            String prefix = at.prefix();
            if (!inner.hides(at) && !at.namespace().equals(scope.namespace(prefix))) {
                declare(prefix, at.namespace(), scope);
            }
        }
    }

    /** Those that stayed are copied, and all declarations; the others are written, each at its place. */
    private void attributes(Element element, Element read, StartTag tag) {
        List<Attribute> before = read.attributes();
        List<Attribute> now = element.attributes();
        Scope scope = element.origin().inner();
        int passed = 0;
        for (int i = 0; i < now.size(); i++) {
            int at = indexOf(before, passed, now.get(i));
            if (at < 0) {
                scope = attribute(now.get(i), scope, i);
            } else {
                while (passed <= at) {
                    tag.next();
                    if (tag.isDeclaration()) {
                        copy(tag);
                    } else if (passed++ == at) {
                        copy(tag);
                    }
                }
            }
        }
        while (tag.next()) {
            if (tag.isDeclaration()) {
                copy(tag);
            }
        }
    }

    private void copy(StartTag tag) {
        out.ascii(' ');
        out.copy(tag.bytes(), tag.from(), tag.to());
    }

    /** Runs of what stayed are copied, text between elements included; the rest is written. */
    private void content(List<Node> now, List<Node> before, StartTag tag, Origin origin) {
        int passed = 0;
        int from = origin.content();
        int to = from;
        for (int i = 0; i < now.size(); i++) {
            Node node = now.get(i);
            int at = indexOf(before, passed, node);
            if (at > passed) {
                out.content(origin.bytes(), from, to);
                from = to = endOf(before, at - 1, tag);
            }
            if (at >= 0) {
                to = endOf(before, at, tag);
                passed = at + 1;
            } else {
                out.content(origin.bytes(), from, to);
                from = to;
                node(node, origin.inner());
            }
        }
        out.content(origin.bytes(), from, to);
    }

    /** Where a node of an element that was read ends; a text goes as far as the element behind it. */
    private static int endOf(List<Node> nodes, int index, StartTag tag) {
        if (nodes.get(index) instanceof Element element) {
            return element.origin().end();
        }
        return index + 1 < nodes.size()
                ? ((Element) nodes.get(index + 1)).origin().start()
                : tag.contentEnd();
    }

    /** By identity; -1 if it is not there. */
    private static <T> int indexOf(List<T> list, int from, T wanted) {
        for (int i = from; i < list.size(); i++) {
            if (list.get(i) == wanted) {
                return i;
            }
        }
        return -1;
    }

    // ---- what code made

    private void node(Node node, Scope scope) {
        if (node instanceof Text text) {
            out.text(text.value());
        } else {
            element((Element) node, scope);
        }
    }

    private void made(Element element, Scope around) {
        String namespace = element.namespace();
        String name = element.name();
        Scope scope = around;
        String prefix = "";
        out.ascii('<');
        if (namespace.equals(around.namespace(""))) {
            out.name(name);
        } else if (namespace.equals(Namespaces.STREAM)) { // old clients look for the prefix (RFC 6120 §4.8.5)
            prefix = "stream:";
            out.ascii(prefix);
            out.name(name);
            if (!Namespaces.STREAM.equals(around.namespace("stream"))) {
                scope = declare("stream", namespace, scope);
            }
        } else if (namespace.equals(Namespaces.XML)) {
            prefix = "xml:";
            out.ascii(prefix);
            out.name(name);
        } else {
            out.name(name);
            scope = declare("", namespace, scope);
        }
        List<Attribute> attributes = element.attributes();
        for (int i = 0; i < attributes.size(); i++) {
            scope = attribute(attributes.get(i), scope, i);
        }
        List<Node> content = element.content();
        if (content.isEmpty()) {
            out.ascii("/>");
            return;
        }
        out.ascii('>');
        for (int i = 0; i < content.size(); i++) {
            node(content.get(i), scope);
        }
        out.ascii("</");
        out.ascii(prefix);
        out.name(name);
        out.ascii('>');
    }

    /** @return {@code scope} and what had to be declared for it */
    private Scope attribute(Attribute attribute, Scope scope, int index) {
        String namespace = attribute.namespace();
        Scope after = scope;
        if (namespace.isEmpty()) {
            if (attribute.name().equals("xmlns")) {
                throw new IllegalArgumentException("a namespace declaration is not an attribute");
            }
            out.ascii(' ');
        } else if (namespace.equals(Namespaces.XML)) {
            out.ascii(" xml:");
        } else {
            String prefix = prefixOf(namespace, scope);
            if (prefix == null) {
                int number = index;
                do {
                    prefix = "ns" + number++;
                } while (scope.namespace(prefix) != null);
                after = declare(prefix, namespace, scope);
            }
            out.ascii(' ');
            out.name(prefix);
            out.ascii(':');
        }
        out.name(attribute.name());
        out.ascii('=');
        out.value(attribute.value());
        return after;
    }

    private Scope declare(String prefix, String namespace, Scope scope) {
        if (namespace.equals(XMLNS)) {
            throw new IllegalArgumentException("the namespace of namespace declarations is reserved");
        }
        out.ascii(prefix.isEmpty() ? " xmlns" : " xmlns:");
        if (!prefix.isEmpty()) {
            out.name(prefix);
        }
        out.ascii('=');
        out.value(namespace);
        return scope.with(prefix, namespace);
    }

    /** A prefix in force that is bound to it; null if there is none. */
    private static String prefixOf(String namespace, Scope scope) {
        for (Scope at = scope; at != null; at = at.outer()) {
            if (!at.prefix().isEmpty() && at.namespace().equals(namespace) && !scope.hides(at)) {
                return at.prefix();
            }
        }
        return null;
    }
}
