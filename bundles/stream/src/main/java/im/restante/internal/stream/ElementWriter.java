package im.restante.internal.stream;

import im.restante.xml.Attribute;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.Node;
import im.restante.xml.Text;
import java.util.Arrays;
import java.util.List;

/** Writes one element straight into bytes. */
final class ElementWriter {
    private static final String XMLNS = "http://www.w3.org/2000/xmlns/";
    /** Longest form of one character: {@code &quot;}; a pair of chars needs four bytes. */
    private static final int WIDEST = 6;

    private static final boolean[] PLAIN_TEXT = plain("&<>", "\t\n");
    private static final boolean[] PLAIN_VALUE = plain("&<>'\"", "");

    private byte[] out = new byte[512];
    private int size;

    private ElementWriter() {}

    /** @throws IllegalArgumentException if a name is none, so that no caller can write broken XML */
    static byte[] bytes(Element element, String inScope) {
        ElementWriter writer = new ElementWriter();
        writer.element(element, inScope, false);
        return Arrays.copyOf(writer.out, writer.size);
    }

    /** @param stream whether the prefix {@code stream} is declared here */
    private void element(Element element, String inScope, boolean stream) {
        String namespace = element.namespace();
        String name = element.name();
        String scope = inScope;
        boolean streamInside = stream;
        String prefix = null;
        room(1);
        out[size++] = '<';
        if (namespace.equals(inScope)) {
            name(name);
        } else if (namespace.equals(Namespaces.STREAM)) { // old clients look for the prefix (RFC 6120 §4.8.5)
            prefix = "stream:";
            prefixed(prefix, name);
            if (!stream) {
                ascii(" xmlns:stream='" + Namespaces.STREAM + "'");
                streamInside = true;
            }
        } else if (namespace.equals(Namespaces.XML)) {
            prefix = "xml:";
            prefixed(prefix, name);
        } else {
            name(name);
            ascii(" xmlns='");
            escaped(checkNamespace(namespace), PLAIN_VALUE);
            ascii("'");
            scope = namespace;
        }
        List<Attribute> attributes = element.attributes();
        for (int i = 0; i < attributes.size(); i++) {
            attribute(attributes, i);
        }
        List<Node> content = element.content();
        if (content.isEmpty()) {
            ascii("/>");
            return;
        }
        room(1);
        out[size++] = '>';
        for (int i = 0; i < content.size(); i++) {
            Node node = content.get(i);
            if (node instanceof Text text) {
                escaped(text.value(), PLAIN_TEXT);
            } else {
                element((Element) node, scope, streamInside);
            }
        }
        ascii("</");
        if (prefix == null) {
            name(name);
        } else {
            prefixed(prefix, name);
        }
        room(1);
        out[size++] = '>';
    }

    private void attribute(List<Attribute> attributes, int index) {
        Attribute attribute = attributes.get(index);
        String namespace = attribute.namespace();
        if (namespace.isEmpty()) {
            if (attribute.name().equals("xmlns")) {
                throw new IllegalArgumentException("a namespace declaration is not an attribute");
            }
            room(1);
            out[size++] = ' ';
            name(attribute.name());
        } else if (namespace.equals(Namespaces.XML)) {
            prefixed(" xml:", attribute.name());
        } else {
            int first = 0; // attributes of one namespace share the prefix that the first of them declares
            while (!attributes.get(first).namespace().equals(namespace)) {
                first++;
            }
            if (first == index) {
                ascii(" xmlns:ns" + first + "='");
                escaped(checkNamespace(namespace), PLAIN_VALUE);
                ascii("'");
            }
            prefixed(" ns" + first + ':', attribute.name());
        }
        ascii("='");
        escaped(attribute.value(), PLAIN_VALUE);
        ascii("'");
    }

    private static String checkNamespace(String namespace) {
        if (namespace.equals(XMLNS)) {
            throw new IllegalArgumentException("the namespace of namespace declarations is reserved");
        }
        return namespace;
    }

    private void prefixed(String prefix, String name) {
        ascii(prefix);
        name(name);
    }

    private void name(String name) {
        room(name.length() * 3);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean fits = i == 0 ? XmlChars.isNameStart(c) : XmlChars.isName(c);
            if (!fits || c == ':') {
                throw new IllegalArgumentException("not an XML name: '" + name + "'");
            }
            if (c < 0x80) {
                out[size++] = (byte) c;
            } else {
                i += multibyte(name, i, c);
            }
        }
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a name is empty");
        }
    }

    private void ascii(String text) {
        room(text.length());
        for (int i = 0; i < text.length(); i++) {
            out[size++] = (byte) text.charAt(i);
        }
    }

    private void escaped(String text, boolean[] plain) {
        int length = text.length();
        int i = 0;
        while (i < length) {
            room(length - i + WIDEST);
            byte[] to = out;
            int at = size;
            char c;
            while (i < length && (c = text.charAt(i)) < 0x80 && plain[c]) {
                to[at++] = (byte) c;
                i++;
            }
            size = at;
            if (i < length) {
                i += 1 + special(text, i);
            }
        }
    }

    /** Writes what is not plain; returns how many chars beyond the one at {@code i} it took. */
    private int special(String text, int i) {
        char c = text.charAt(i);
        switch (c) {
            case '&' -> ascii("&amp;");
            case '<' -> ascii("&lt;");
            case '>' -> ascii("&gt;");
            case '"' -> ascii("&quot;");
            case '\'' -> ascii("&apos;");
            case '\t' -> ascii("&#x9;");
            case '\n' -> ascii("&#xA;");
            case '\r' -> ascii("&#xD;");
            default -> {
                return multibyte(text, i, c);
            }
        }
        return 0;
    }

    private int multibyte(String text, int i, char c) {
        int codePoint = c;
        int more = 0;
        if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
            codePoint = Character.toCodePoint(c, text.charAt(i + 1));
            more = 1;
        } else if (!XmlChars.isChar(c)) {
            codePoint = 0xFFFD; // made by code: the reader lets no such character in
        }
        room(4);
        if (codePoint < 0x80) {
            out[size++] = (byte) codePoint;
        } else if (codePoint < 0x800) {
            out[size++] = (byte) (0xC0 | codePoint >> 6);
            out[size++] = (byte) (0x80 | codePoint & 0x3F);
        } else {
            if (codePoint < 0x10000) {
                out[size++] = (byte) (0xE0 | codePoint >> 12);
            } else {
                out[size++] = (byte) (0xF0 | codePoint >> 18);
                out[size++] = (byte) (0x80 | codePoint >> 12 & 0x3F);
            }
            out[size++] = (byte) (0x80 | codePoint >> 6 & 0x3F);
            out[size++] = (byte) (0x80 | codePoint & 0x3F);
        }
        return more;
    }

    private void room(int wanted) {
        if (out.length - size < wanted) {
            out = Arrays.copyOf(out, Math.max(2 * out.length, size + wanted));
        }
    }

    private static boolean[] plain(String escaped, String controls) {
        boolean[] plain = new boolean[0x80];
        for (char c = 0; c < 0x80; c++) {
            plain[c] = c >= ' ' && escaped.indexOf(c) < 0 || controls.indexOf(c) >= 0;
        }
        return plain;
    }
}
