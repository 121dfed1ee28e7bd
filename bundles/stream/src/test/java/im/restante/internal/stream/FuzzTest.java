package im.restante.internal.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import im.restante.xml.Attribute;
import im.restante.xml.Element;
import im.restante.xml.Node;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamLimits;
import im.restante.xml.Text;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.NamedNodeMap;
import org.xml.sax.SAXException;

/** Damaged input, the same each run, longer with {@code -Dfuzz.stanzas=1000000}; the JDK's parser judges what ours lets through. */
class FuzzTest {
    private static final int ROUNDS = Integer.getInteger("fuzz.stanzas", 8_000);
    private static final String DOCUMENT =
            "<a xmlns='jabber:client' xmlns:p='urn:p' id='1' p:id='2' xml:lang='en'>text &lt;&#233;"
                    + "<body>one\r\ntwo</body><![CDATA[<x>&]]>tail<p:b xmlns:q='urn:q' q:x=\"'&quot;\" y='a\tb\r\nc'>"
                    + "<c xmlns=''/><d xmlns='urn:d'>\ud83d\ude00</d></p:b>\u20ac</a>";

    private final XmlCodec codec = new HardenedXmlCodec();
    private final Random random = new Random(20261122);

    @Test
    void letsOnlyTheAllowedExceptionsOut() throws Exception {
        String stream =
                "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
                        + DOCUMENT + " " + DOCUMENT + "</stream:stream>";
        int whole = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = Damage.to(stream.getBytes(UTF_8), random);
            StanzaReader reader = codec.reader(Pieces.of(damaged, 1 + random.nextInt(300)), StreamLimits.of(10_000, 8));
            try {
                reader.header();
                while (reader.next() != null) {
                    // on
                }
                whole++;
            } catch (XmlStreamException | EOFException e) {
                assertNotEquals("the parser failed", e.getMessage());
            } catch (IOException | RuntimeException e) {
                fail("round " + round + ": " + new String(damaged, UTF_8), e);
            }
        }
        assertTrue(whole > ROUNDS / 100, "most of the damage must not be the same: " + whole);
    }

    @Test
    void agreesWithAnotherParserOnWhatItAccepts() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setCoalescing(true);
        DocumentBuilder judge = factory.newDocumentBuilder();
        judge.setErrorHandler(null);
        Set<Element> seen = new HashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = Damage.to(DOCUMENT.getBytes(UTF_8), random);
            Element ours;
            try {
                ours = codec.parse(damaged, "");
            } catch (XmlStreamException e) {
                continue;
            }
            String message = "round " + round + ": " + new String(damaged, UTF_8);
            byte[] again = codec.serialize(ours, "");
            try {
                assertEquals(elementOf(judge, damaged), sorted(ours), message);
                assertEquals(sorted(ours), elementOf(judge, again), message);
            } catch (SAXException e) {
                fail(message, e);
            }
            assertEquals(ours, codec.parse(again, ""), message);
            seen.add(ours);
        }
        assertTrue(seen.size() > 100, "too few kinds of documents are left whole: " + seen.size());
    }

    private static Element elementOf(DocumentBuilder judge, byte[] document) throws IOException, SAXException {
        return converted(judge.parse(new ByteArrayInputStream(document)).getDocumentElement());
    }

    private static Element converted(org.w3c.dom.Element dom) {
        List<Attribute> attributes = new ArrayList<>();
        NamedNodeMap map = dom.getAttributes();
        for (int i = 0; i < map.getLength(); i++) {
            String namespace = orEmpty(map.item(i).getNamespaceURI());
            if (!namespace.equals("http://www.w3.org/2000/xmlns/")) {
                attributes.add(new Attribute(
                        namespace, map.item(i).getLocalName(), map.item(i).getNodeValue()));
            }
        }
        List<Node> content = new ArrayList<>();
        for (org.w3c.dom.Node child = dom.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof org.w3c.dom.Element element) {
                content.add(converted(element));
            } else if (!child.getNodeValue().isEmpty()) {
                content.add(new Text(child.getNodeValue()));
            }
        }
        return sorted(Element.of(orEmpty(dom.getNamespaceURI()), dom.getLocalName(), attributes, content));
    }

    /** DOM forgets the order of attributes. */
    private static Element sorted(Element element) {
        List<Attribute> attributes = element.attributes().stream()
                .sorted(Comparator.comparing(Attribute::namespace).thenComparing(Attribute::name))
                .toList();
        List<Node> content = element.content().stream()
                .map(node -> node instanceof Element child ? sorted(child) : node)
                .toList();
        return Element.of(element.namespace(), element.name(), attributes, content);
    }

    private static String orEmpty(String namespace) {
        return namespace == null ? "" : namespace;
    }
}
