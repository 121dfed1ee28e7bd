package im.restante.internal.stream;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * What a document says, as Canonical XML 1.0 (inclusive) would have it: for each element its prefix, name and namespace, all
 * declarations in force, its attributes in order of their namespace and name, and text with references, CDATA and line ends
 * resolved. Two documents with the same canonical form say the same to everybody, QNames in content included.
 */
final class Canonical {
    private static final XMLInputFactory JDK = factory(XMLInputFactory.newDefaultFactory());
    private static final XMLInputFactory WOODSTOX = factory(new com.ctc.wstx.stax.WstxInputFactory());

    /** Namespace of what the server adds, in tests: such children are left out. */
    static final String ADDED = "urn:added";

    private final XMLStreamReader reader;
    private final boolean prefixes;
    private final List<Map<String, String>> scopes = new ArrayList<>();
    private final StringBuilder out = new StringBuilder();
    private final StringBuilder text = new StringBuilder();

    private Canonical(XMLStreamReader reader, boolean prefixes) {
        this.reader = reader;
        this.prefixes = prefixes;
        scopes.add(new TreeMap<>());
    }

    /** By the JDK's parser. */
    static String jdk(byte[] document, boolean prefixes) throws XMLStreamException {
        return of(JDK, document, prefixes);
    }

    /** By Woodstox. */
    static String woodstox(byte[] document, boolean prefixes) throws XMLStreamException {
        return of(WOODSTOX, document, prefixes);
    }

    /**
     * @param document a root with one element in it: that element's canonical form, without {@code from}, {@code to}, {@code type}
     *                 and {@code xml:lang} of its own, which the server may set
     * @param prefixes whether prefixes and declarations count
     */
    private static String of(XMLInputFactory factory, byte[] document, boolean prefixes) throws XMLStreamException {
        XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(document), "UTF-8");
        return new Canonical(reader, prefixes).document();
    }

    private static XMLInputFactory factory(XMLInputFactory factory) {
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        return factory;
    }

    private String document() throws XMLStreamException {
        int depth = 0;
        int skipped = 0;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    depth++;
                    if (skipped > 0 || ADDED.equals(reader.getNamespaceURI())) {
                        skipped++;
                        continue;
                    }
                    flush(depth - 1);
                    start(depth);
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    depth--;
                    if (skipped > 0) {
                        skipped--;
                        continue;
                    }
                    flush(depth + 1);
                    out.append("</>");
                    scopes.remove(scopes.size() - 1);
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
                    if (skipped == 0) {
                        text.append(reader.getText());
                    }
                }
                case XMLStreamConstants.END_DOCUMENT -> {}
                default -> throw new XMLStreamException("an event of type " + reader.getEventType());
            }
        }
        return out.toString();
    }

    private void flush(int depth) {
        if (depth > 1) {
            out.append(text);
        }
        text.setLength(0);
    }

    private void start(int depth) {
        Map<String, String> scope = new TreeMap<>(scopes.get(scopes.size() - 1));
        for (int i = 0; i < reader.getNamespaceCount(); i++) {
            String prefix = orEmpty(reader.getNamespacePrefix(i));
            String namespace = orEmpty(reader.getNamespaceURI(i));
            if (namespace.isEmpty()) {
                scope.remove(prefix);
            } else {
                scope.put(prefix, namespace);
            }
        }
        scopes.add(scope);
        if (depth == 1) {
            return;
        }
        out.append('<').append(prefixes ? orEmpty(reader.getPrefix()) : "");
        out.append('{').append(orEmpty(reader.getNamespaceURI())).append('}').append(reader.getLocalName());
        if (prefixes) {
            out.append(scope);
        }
        Map<String, String> attributes = new TreeMap<>();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            String namespace = orEmpty(reader.getAttributeNamespace(i));
            String name = reader.getAttributeLocalName(i);
            if (depth != 2 || !List.of("from", "to", "type").contains(name) || !namespace.isEmpty()) {
                attributes.put(
                        '{' + namespace + '}' + name,
                        (prefixes ? orEmpty(reader.getAttributePrefix(i)) : "") + '=' + reader.getAttributeValue(i));
            }
        }
        out.append(attributes).append('>');
    }

    private static String orEmpty(String value) {
        return value == null ? "" : value;
    }
}
