package im.restante.internal.shell.portable;

import im.restante.xml.Attribute;
import im.restante.xml.Element;
import im.restante.xml.Node;
import im.restante.xml.Text;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
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

    /** @throws IOException if it does not begin as XML does */
    PieReader(InputStream content) throws IOException {
        in = new Bounded(content);
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try {
            reader = factory.createXMLStreamReader(in);
        } catch (XMLStreamException e) {
            throw broken(e);
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
     * The element it has just entered, whole, which is left.
     *
     * @throws IllegalArgumentException if it is too large or too deep; it is left all the same
     */
    Element element() throws IOException {
        int[] room = {MOST_CHARACTERS};
        Element element = build(1, room);
        if (room[0] < 0) {
            throw new IllegalArgumentException(
                    "larger than " + MOST_CHARACTERS + " characters or deeper than " + MOST_DEPTH + " elements");
        }
        return element;
    }

    private Element build(int depth, int[] room) throws IOException {
        String name = name();
        String namespace = namespace();
        List<Attribute> attributes = new ArrayList<>();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            String of = reader.getAttributeNamespace(i);
            attributes.add(
                    new Attribute(of == null ? "" : of, reader.getAttributeLocalName(i), reader.getAttributeValue(i)));
            room[0] -= reader.getAttributeValue(i).length() + 8;
        }
        room[0] -= name.length() + 8;
        List<Node> content = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        while (true) {
            switch (next()) {
                case XMLStreamConstants.START_ELEMENT:
                    if (depth == MOST_DEPTH) {
                        room[0] = -1;
                    }
                    if (room[0] < 0) {
                        skip();
                        break;
                    }
                    addText(content, text);
                    content.add(build(depth + 1, room));
                    break;
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE:
                    room[0] = Math.max(-1, room[0] - reader.getTextLength());
                    if (room[0] >= 0) {
                        text.append(reader.getText());
                    }
                    break;
                case XMLStreamConstants.END_ELEMENT:
                    addText(content, text);
                    return Element.of(namespace, name, attributes, content);
                default:
                    break; // comments
            }
        }
    }

    private static void addText(List<Node> content, StringBuilder text) {
        if (!text.isEmpty()) {
            content.add(new Text(text.toString()));
            text.setLength(0);
        }
    }

    private int next() throws IOException {
        try {
            in.since = 0;
            int event = reader.next();
            if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
                throw new IOException("line " + line() + ": document types and entities are not read");
            }
            return event;
        } catch (XMLStreamException e) {
            throw broken(e);
        }
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
