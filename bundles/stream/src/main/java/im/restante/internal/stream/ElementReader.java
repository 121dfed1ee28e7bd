package im.restante.internal.stream;

import im.restante.xml.Element;
import im.restante.xml.Node;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamCondition;
import im.restante.xml.StreamHeader;
import im.restante.xml.StreamLimits;
import im.restante.xml.Text;
import im.restante.xml.XmlStreamException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xmlpull.v1.XmlPullParserException;

/** Builds trees from what {@link HardenedParser} lets through, and turns every complaint into an {@link XmlStreamException}. */
final class ElementReader implements StanzaReader {
    private static final Logger LOG = LoggerFactory.getLogger(ElementReader.class);
    private static final int FEW = 16;

    private final HardenedParser parser;
    private boolean opened;
    private boolean closed;

    /** Content of the elements that are still open, outer ones first; each open element knows where its own begins. */
    private Node[] nodes = new Node[FEW];

    private int top;

    ElementReader(InputStream in, StreamLimits limits) {
        this(new HardenedParser(new Utf8Source(in, limits.stanzaBytes()), limits));
    }

    private ElementReader(HardenedParser parser) {
        this.parser = parser;
    }

    /** Reads a whole document that is one element. */
    static Element single(InputStream in, StreamLimits limits, String inScope) throws IOException, XmlStreamException {
        HardenedParser parser = new HardenedParser(new Utf8Source(in, limits.stanzaBytes()), limits, inScope);
        ElementReader reader = new ElementReader(parser);
        try {
            return reader.guarded(() -> {
                parser.next(); // a prolog ends with a start tag or an exception
                Element element = reader.element();
                if (!parser.onlySpaceFollows()) {
                    throw new Refused(StreamCondition.BAD_FORMAT, "more than one element");
                }
                return element;
            });
        } catch (EOFException e) {
            throw new XmlStreamException(StreamCondition.NOT_WELL_FORMED, "not a whole element");
        }
    }

    @Override
    public StreamHeader header() throws IOException, XmlStreamException {
        if (opened) {
            throw new IllegalStateException("the header has been read");
        }
        opened = true;
        return guarded(() -> {
            parser.next();
            Element root = Element.of(parser.getNamespace(), parser.getName(), parser.attributes(), List.of());
            String contentNamespace = parser.getNamespace(null);
            return new StreamHeader(root, contentNamespace == null ? "" : contentNamespace);
        });
    }

    @Override
    public Element next() throws IOException, XmlStreamException {
        if (!opened) {
            throw new IllegalStateException("the header comes first");
        }
        return closed ? null : guarded(this::stanza);
    }

    @Override
    public boolean buffered() {
        return parser.buffered();
    }

    private Element stanza() throws IOException, XmlPullParserException {
        if (nodes.length > FEW) {
            nodes = new Node[FEW];
        }
        parser.awaitStanza();
        if (parser.next() == HardenedParser.START_TAG) {
            return element();
        }
        closed = true; // nothing else can begin with a '<' here
        return null;
    }

    /** The element whose start tag is the parser's present event, up to its end tag. Recursion is bounded by the depth limit. */
    private Element element() throws IOException, XmlPullParserException {
        String namespace = parser.getNamespace();
        String name = parser.getName();
        var attributes = parser.attributes();
        int first = top;
        while (true) {
            switch (parser.next()) {
                case HardenedParser.START_TAG -> push(element());
                case HardenedParser.TEXT -> push(new Text(parser.getText()));
                default -> {
                    return Element.of(namespace, name, attributes, take(first));
                }
            }
        }
    }

    private void push(Node node) {
        if (top == nodes.length) {
            nodes = Arrays.copyOf(nodes, 2 * top);
        }
        nodes[top++] = node;
    }

    private List<Node> take(int first) {
        List<Node> content = switch (top - first) {
            case 0 -> List.of();
            case 1 -> List.of(nodes[first]);
            case 2 -> List.of(nodes[first], nodes[first + 1]);
            case 3 -> List.of(nodes[first], nodes[first + 1], nodes[first + 2]);
            default -> List.of(Arrays.copyOfRange(nodes, first, top));
        };
        Arrays.fill(nodes, first, top, null);
        top = first;
        return content;
    }

    private <T> T guarded(Reading<T> reading) throws IOException, XmlStreamException {
        try {
            return reading.run();
        } catch (Refused e) {
            throw new XmlStreamException(e.condition(), e.getMessage());
        } catch (XmlPullParserException e) { // its message quotes the stream
            throw new XmlStreamException(StreamCondition.NOT_WELL_FORMED, "not well-formed");
        } catch (RuntimeException e) {
            LOG.warn("The XML parser failed; the stream ends. Please report this: {}", e.getClass(), e);
            throw new XmlStreamException(StreamCondition.NOT_WELL_FORMED, "the parser failed");
        }
    }

    /** A step that may fail in all the ways of the parser. */
    private interface Reading<T> {
        T run() throws IOException, XmlPullParserException;
    }
}
