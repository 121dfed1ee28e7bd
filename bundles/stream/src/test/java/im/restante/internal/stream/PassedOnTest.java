package im.restante.internal.stream;

import static im.restante.xml.Namespaces.CLIENT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.xml.Element;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamCondition;
import im.restante.xml.StreamLimits;
import im.restante.xml.Text;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A stanza leaves as it came: neither larger nor saying anything else. */
class PassedOnTest {
    private static final String STREAM =
            "<stream:stream xmlns='jabber:client'" + " xmlns:stream='http://etherx.jabber.org/streams'>";
    private static final StreamLimits LIMITS = StreamLimits.of(262_144, 64);
    private static final int MORE = 512;

    private final XmlCodec codec = new HardenedXmlCodec();

    static Stream<String> large() {
        return Stream.of(
                "<message xmlns:a='" + "n".repeat(20_000) + "'><body>b</body>" + "<a:x/>".repeat(500) + "</message>",
                "<iq type='set' id='x' xmlns:a='" + "n".repeat(60_000) + "'><query xmlns='jabber:iq:register'>"
                        + "<a:x/>".repeat(1000) + "</query></iq>",
                "<message xmlns:a='" + "n".repeat(20_000) + "'>" + "<x a:b=''/>".repeat(500) + "</message>",
                "<message>" + "<p:x xmlns:p='u'><y/></p:x>".repeat(2000) + "</message>",
                "<message><body>" + ">".repeat(250_000) + "</body></message>",
                "<message><body><![CDATA[" + "&<".repeat(100_000) + "]]></body></message>",
                "<message><x xmlns='urn:example:q' v='" + "\"".repeat(100_000) + "'/></message>",
                "<message v='" + "\"".repeat(100_000) + "&apos;'/>",
                "<message v=\"" + "'".repeat(100_000) + "\"/>",
                "<message v='" + "&#9;&#10;&#13;&#60;".repeat(10_000) + "'/>");
    }

    @ParameterizedTest
    @MethodSource("large")
    void isNeverLargerThanItCame(String stanza) throws Exception {
        Element read = read(STREAM, stanza);
        assertFits(stanza, read.withAttribute("from", "romeo@localhost/x"));
        assertFits(stanza, read.withAttribute("v", read.attribute("v")).with(Element.of("urn:added", "x")));
        assertFits(stanza, read.without(child -> child.name().equals("none")).withAttribute("type", "error"));
        Element stored = codec.parse(codec.serialize(read.withAttribute("to", "x"), CLIENT), CLIENT);
        assertFits(stanza, stored.with(new Text(" ")));
        assertTrue(codec.serialize(stored, "urn:xmpp:pie:0").length <= stanza.getBytes(UTF_8).length + MORE);
    }

    private void assertFits(String stanza, Element element) {
        int length = codec.serialize(element, CLIENT).length;
        int came = stanza.getBytes(UTF_8).length;
        assertTrue(length <= came + MORE, came + " bytes came, " + length + " leave");
    }

    @Test
    void keepsThePrefixesOfQNamesInContent() throws Exception {
        String payload = "<e xmlns='urn:example:soap' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
                + " xmlns:xs='http://www.w3.org/2001/XMLSchema' xsi:type='xs:string'>x</e>";
        Element read = read(STREAM, "<message to='a'><body>b</body>" + payload + "</message>");
        byte[] row = codec.serialize(read.withAttribute("to", "b").with(Element.of("urn:a", "a")), CLIENT);
        assertEquals(
                "<message to='b'><body>b</body>" + payload + "<a xmlns='urn:a'/></message>", new String(row, UTF_8));
        assertEquals(
                "<message xmlns='jabber:client' to='b'><body>b</body>" + payload + "<a xmlns='urn:a'/></message>",
                new String(codec.serialize(codec.parse(row, CLIENT), "urn:xmpp:pie:0"), UTF_8));
    }

    @Test
    void copiesWhatWasNotChangedByteForByte() throws Exception {
        String stanza = "<message\n to = \"a\"  xmlns:p='urn:example:1'\t><body >b<![CDATA[]]></body\n> "
                + "<p:a><p:b xmlns:p='urn:example:2'/><p:c/></p:a>&#x3e;</message >";
        Element read = read(STREAM, stanza);
        assertEquals(stanza, new String(codec.serialize(read, CLIENT), UTF_8));
        assertEquals(
                "<message to = \"a\" from='f' xmlns:p='urn:example:1'>"
                        + "<body >b<![CDATA[]]></body\n> <p:a><p:b xmlns:p='urn:example:2'/><p:c/></p:a>&#x3e;</message>",
                new String(codec.serialize(read.withAttribute("from", "f"), CLIENT), UTF_8));
        assertEquals(
                "<message xmlns:p='urn:example:1'> <p:a><p:b xmlns:p='urn:example:2'/><p:c/></p:a>&#x3e;<z/></message>",
                new String(
                        codec.serialize(
                                read.withAttribute("to", null)
                                        .without(child -> child.name().equals("body"))
                                        .with(Element.of(CLIENT, "z")),
                                CLIENT),
                        UTF_8));
    }

    static Stream<Arguments> around() {
        return Stream.of(
                Arguments.of("]]<z/>>", "]]&gt;"),
                Arguments.of("]<z/>]>", "]]&gt;"),
                Arguments.of("]<z/>>", "]>"),
                Arguments.of("x\r<z/>\n", "x\r&#10;"),
                Arguments.of("<![CDATA[x]]><z/>>", "<![CDATA[x]]>>"),
                Arguments.of("]<z/>]<z/>>", "]]&gt;"));
    }

    @ParameterizedTest
    @MethodSource("around")
    void whatStoodAroundARemovedChildDoesNotBecomeSomethingElse(String content, String left) throws Exception {
        Element read = read(STREAM, "<message>" + content + "</message>");
        Element less = read.without(child -> child.name().equals("z"));
        byte[] out = codec.serialize(less, CLIENT);
        assertEquals("<message>" + left + "</message>", new String(out, UTF_8));
        assertEquals(less.text(), codec.parse(out, CLIENT).text());
        Element made = Element.builder(CLIENT, "message")
                .text(less.text().substring(0, 1))
                .text(less.text().substring(1))
                .build();
        assertEquals(
                less.text(), codec.parse(codec.serialize(made, CLIENT), CLIENT).text());
    }

    @Test
    void declaresWhatAnElementMissesInOtherSurroundings() throws Exception {
        Element read = read(STREAM, "<message xmlns:p='urn:p' xmlns:q='urn:q'><p:a><b/></p:a></message>");
        Element child = read.firstChild().orElseThrow();
        assertEquals(
                "<w xmlns='urn:w'><p:a xmlns:q='urn:q' xmlns:p='urn:p' xmlns='jabber:client'><b/></p:a></w>",
                new String(codec.serialize(Element.of("urn:w", "w").with(child), CLIENT), UTF_8));
        assertEquals(
                "<x><message xmlns:p='urn:p' xmlns:q='urn:q'><p:a><b/></p:a></message></x>",
                new String(codec.serialize(Element.of(CLIENT, "x").with(read), CLIENT), UTF_8));
    }

    @Test
    void writesAPrefixedStanzaAnew() throws Exception {
        Element read = read(
                STREAM,
                "<c:message xmlns:c='jabber:client' id = '1'><c:body>c:x</c:body>"
                        + "<x xmlns='urn:x'><c:body/></x><y/></c:message >");
        assertEquals(
                "<message xmlns:c='jabber:client' id = '1'><body>c:x</body><x xmlns='urn:x'><c:body/></x><y/></message>",
                new String(codec.serialize(read, CLIENT), UTF_8));
    }

    @Test
    void declaresThePrefixesOfTheStreamAndOfItsContentInTheStanza() throws Exception {
        String stream = STREAM.replace(">", " xmlns:c='jabber:client' xmlns:o='urn:o'>");
        assertEquals(
                "<message xmlns:stream='http://etherx.jabber.org/streams'><stream:x/></message>",
                new String(codec.serialize(read(stream, "<message><stream:x/></message>"), CLIENT), UTF_8));
        assertEquals(
                "<message xmlns:c='jabber:client' c:a='1'><body/></message>",
                new String(codec.serialize(read(stream, "<c:message c:a='1'><c:body/></c:message>"), CLIENT), UTF_8));
        for (String stanza : new String[] {"<message><o:x/></message>", "<message o:a='1'/>", "<o:message/>"}) {
            refuses(StreamCondition.BAD_NAMESPACE_PREFIX, stream, stanza);
        }
    }

    @Test
    void refusesAStanzaWhoseElementsWouldEachNeedTheNamespaceOfTheStream() throws Exception {
        String stream = "<s:stream xmlns:s='http://etherx.jabber.org/streams'>";
        Element few = read(stream, "<c:message xmlns:c='jabber:client'><x/></c:message>");
        assertEquals(
                "<message xmlns:c='jabber:client'><x xmlns=''/></message>",
                new String(codec.serialize(few, CLIENT), UTF_8));
        refuses(
                StreamCondition.BAD_NAMESPACE_PREFIX,
                stream,
                "<c:message xmlns:c='jabber:client'>" + "<x/>".repeat(1000) + "</c:message>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<message xmlns='jabber:client'><body/></message>", "<message xmlns='jabber:client'/>"})
    void understandsAStreamWhoseStanzasDeclareTheirNamespace(String stanza) throws Exception {
        Element read = read("<stream xmlns='http://etherx.jabber.org/streams'>", stanza);
        assertEquals(stanza, new String(codec.serialize(read, CLIENT), UTF_8));
    }

    private void refuses(StreamCondition condition, String stream, String stanza) {
        XmlStreamException e = assertThrows(XmlStreamException.class, () -> read(stream, stanza));
        assertEquals(condition, e.condition());
    }

    private Element read(String stream, String stanza) throws Exception {
        try (StanzaReader reader = codec.reader(Pieces.of(stream + stanza, 1000), LIMITS)) {
            reader.header();
            return reader.next();
        }
    }
}
