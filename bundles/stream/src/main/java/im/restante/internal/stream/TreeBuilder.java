package im.restante.internal.stream;

import im.restante.xml.Attribute;
import im.restante.xml.Element;
import im.restante.xml.Node;
import im.restante.xml.Origin;
import im.restante.xml.Scope;
import im.restante.xml.Text;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.xmlpull.v1.XmlPullParserException;

/** Builds trees from what {@link HardenedParser} lets through, and notes where each element stands. */
final class TreeBuilder {
    private static final int FEW = 16;

    private final HardenedParser parser;
    /** What the parser was fed, from the first byte on. */
    private byte[] bytes;

    /** Content of the elements that are still open, outer ones first; each open element knows where its own begins. */
    private Node[] nodes = new Node[FEW];

    private int top;

    TreeBuilder(HardenedParser parser) {
        this.parser = parser;
    }

    /** The element whose start tag is the parser's present event, up to its end tag, which stands in {@code piece}. */
    Element element(byte[] piece, Scope outer) throws IOException, XmlPullParserException {
        bytes = piece;
        if (nodes.length > FEW) {
            nodes = new Node[FEW];
        }
        top = 0;
        return element(outer);
    }

    /** Recursion is bounded by the depth limit. */
    private Element element(Scope outer) throws IOException, XmlPullParserException {
        String namespace = parser.getNamespace();
        String name = parser.getName();
        List<Attribute> attributes = parser.attributes();
        Scope inner = parser.declaredIn(outer);
        int start = parser.startOfTag();
        int content = parser.endOfTag();
        int first = top;
        while (true) {
            switch (parser.next()) {
                case HardenedParser.START_TAG -> push(element(inner));
                case HardenedParser.TEXT -> push(new Text(parser.getText()));
                default -> {
                    Origin origin = new Origin(bytes, start, content, parser.endOfTag(), outer, inner);
                    return Element.of(namespace, name, attributes, take(first), origin);
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
}
