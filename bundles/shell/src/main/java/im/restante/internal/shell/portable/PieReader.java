package im.restante.internal.shell.portable;

import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.MissingResourceException;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Walks through a file of any size, holding one element at a time. Knows no document types and no entities but the five of XML.
 * Not safe for concurrent use.
 */
final class PieReader implements AutoCloseable {
    /** Of one element that is taken as a whole. */
    static final int MOST_CHARACTERS = 1 << 20;

    private static final int MOST_DEPTH = 64;
    /** Between two events of the parser, its buffer included. */
    private static final int MOST_BYTES = 8 << 20;

    /** Ends a text or a tag that does not end. */
    private static final class Bounded extends FilterInputStream {
        private int since;

        Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            count(1);
            return b;
        }

        @Override
        public int read(byte[] bytes, int off, int len) throws IOException {
            int read = super.read(bytes, off, len);
            count(read);
            return read;
        }

        private void count(int read) throws IOException {
            since += read;
            if (since > MOST_BYTES) {
                throw new IOException("a tag or a text of more than " + MOST_BYTES + " bytes");
            }
        }
    }

    private final Bounded in;
    private final XMLStreamReader reader;
    /** Declarations in force at each open element, by prefix; the innermost last. */
    private final Deque<Map<String, String>> scopes = new ArrayDeque<>(List.of(Map.of()));

    /** @throws IOException if it does not begin as XML does */
    PieReader(InputStream content) throws IOException {
        in = new Bounded(content);
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty("http://java.sun.com/xml/stream/properties/report-cdata-event", true);
        factory.setProperty("jdk.xml.maxXMLNameLimit", MOST_CHARACTERS); // of the JDK: 1,000, namespaces included
        try {
            reader = factory.createXMLStreamReader(in);
        } catch (XMLStreamException e) {
            throw broken(e);
        } catch (MissingResourceException e) {
            throw unnamed(1, e);
        }
    }

    /** Goes to the next child of the element it stands in, or to the root; false at the end of the element, which is left. */
    boolean enter() throws IOException {
        while (true) {
            switch (next()) {
                case XMLStreamConstants.START_ELEMENT:
                    return true;
                case XMLStreamConstants.END_ELEMENT, XMLStreamConstants.END_DOCUMENT:
                    return false;
                default:
                    break; // white space, comments
            }
        }
    }

    boolean is(String namespace, String name) {
        return reader.getLocalName().equals(name) && namespace().equals(namespace);
    }

    String name() {
        return reader.getLocalName();
    }

    private String namespace() {
        String namespace = reader.getNamespaceURI();
        return namespace == null ? "" : namespace;
    }

    /** Of the element it has just entered; null if there is none. */
    String attribute(String namespace, String name) {
        return reader.getAttributeValue(namespace, name);
    }

    /** Where it stands. */
    int line() {
        return reader.getLocation().getLineNumber();
    }

    /** Leaves the element it has just entered. */
    void skip() throws IOException {
        for (int depth = 1; depth > 0; ) {
            int event = next();
            depth += event == XMLStreamConstants.START_ELEMENT ? 1 : event == XMLStreamConstants.END_ELEMENT ? -1 : 0;
        }
    }

    /**
     * The element it has just entered, whole, which is left: with the prefixes it has in the file, and every declaration that is in
     * force there. What this server's exports say beside a message is an attribute like any other, and leaves no trace when it is
     * taken away.
     *
     * @throws IllegalArgumentException if it is too large, too deep, or nothing that a stream would let in; it is left all the same
     */
    Element element(XmlCodec codec) throws IOException {
        int[] room = {MOST_CHARACTERS};
        PieText text = new PieText();
        Map<String, String> beside = new LinkedHashMap<>();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            if (Pie.ROW.equals(reader.getAttributeNamespace(i))) {
                beside.put(reader.getAttributeLocalName(i), reader.getAttributeValue(i));
            }
        }
        copy(text, declaredAround(), 1, room);
        if (room[0] < 0) {
            throw new IllegalArgumentException(
                    "larger than " + MOST_CHARACTERS + " characters or deeper than " + MOST_DEPTH + " elements");
        }
        try {
            Element element = codec.parse(text.toString().getBytes(StandardCharsets.UTF_8), Namespaces.CLIENT);
            for (Map.Entry<String, String> said : beside.entrySet()) {
                element = element.withAttribute(Pie.ROW, said.getKey(), said.getValue());
            }
            return element;
        } catch (XmlStreamException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private void copy(PieText text, Map<String, String> declared, int depth, int[] room) throws IOException {
        text.open(reader, declared);
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            room[0] -= reader.getAttributeValue(i).length() + 8;
        }
        room[0] -= name().length() + 8;
        while (true) {
            int event = next();
            switch (event) {
                case XMLStreamConstants.START_ELEMENT:
                    if (depth == MOST_DEPTH) {
                        room[0] = -1;
                    }
                    if (room[0] < 0) {
                        skip();
                        break;
                    }
                    copy(text, declaredHere(), depth + 1, room);
                    break;
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE:
                    room[0] = Math.max(-1, room[0] - reader.getTextLength());
                    if (room[0] >= 0) {
                        text.characters(reader.getText(), event == XMLStreamConstants.CDATA);
                    }
                    break;
                case XMLStreamConstants.END_ELEMENT:
                    text.close(reader);
                    return;
                default:
                    break; // comments
            }
        }
    }

    /** In force at the element it stands at, as it must be said inside of {@code jabber:client}. */
    private Map<String, String> declaredAround() {
        Map<String, String> declared = new LinkedHashMap<>(scopes.getLast());
        declared.putIfAbsent("", "");
        declared.remove("", Namespaces.CLIENT);
        return declared;
    }

    private Map<String, String> declaredHere() {
        Map<String, String> declared = new LinkedHashMap<>();
        for (int i = 0; i < reader.getNamespaceCount(); i++) {
            declared.put(orEmpty(reader.getNamespacePrefix(i)), orEmpty(reader.getNamespaceURI(i)));
        }
        return declared;
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    private int next() throws IOException {
        try {
            in.since = 0;
            int event = reader.next();
            if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
                throw new IOException("line " + line() + ": document types and entities are not read");
            }
            if (event == XMLStreamConstants.START_ELEMENT) {
                Map<String, String> scope = new LinkedHashMap<>(scopes.getLast());
                scope.putAll(declaredHere());
                scopes.addLast(scope);
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                scopes.removeLast();
            }
            return event;
        } catch (XMLStreamException e) {
            throw broken(e);
        } catch (MissingResourceException e) {
            throw unnamed(line(), e);
        }
    }

    /** The JDK's parser has no text for some faults of a document type, and fails at looking for it. */
    private static IOException unnamed(int line, MissingResourceException e) {
        return new IOException("line " + line + ": not well-formed", e);
    }

    private static IOException broken(XMLStreamException e) {
        if (e.getNestedException() instanceof IOException known) {
            return known;
        }
        String where = e.getLocation() == null ? "" : "line " + e.getLocation().getLineNumber() + ": ";
        return new IOException(where + "not well-formed", e);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
