package im.restante.internal.stream;

import static im.restante.xml.Namespaces.CLIENT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamHeader;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlCodec;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes in comes out: the reader, the writer, and one after the other. */
class RoundTripTest {
    private static final String HEADER = "<?xml version='1.0' encoding='UTF-8'?>\n<stream:stream xmlns='jabber:client'"
            + " xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0' xml:lang='de'>";

    private static final List<String> RICH = List.of(
            "<message to='romeo@localhost' type=\"chat\" id='1'><body>Wherefore art thou, Romeo?</body></message>",
            "<message>\n  <body>a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos; &#x1F600;&#128512;&#xe9;</body>\r\n</message>",
            "<iq type='get' id='\u00e4\u20ac\ud83d\ude00'><query xmlns='jabber:iq:roster' ver=''/></iq>",
            "<p:iq xmlns:p='jabber:client' id='x'><q xmlns='urn:q' xmlns:r='urn:r' r:a='1' a='2'><r:s/></q></p:iq>",
            "<message><body><![CDATA[]]>x<![CDATA[<a>&amp;]]><![CDATA[]]]]>y<![CDATA[ ]]z]> \r\n ]]></body></message>",
            "<presence/>",
            "<presence></presence>",
            "<message xml:lang='it'><body xml:lang='en'>\u4f60\u597d \ud83d\udc4b\ud83c\udffd</body><x xmlns=''/></message>",
            "<message a='tab&#9;nl&#10;cr&#13;end' b='x\r\ny\tz'><b\u00e9la/></message>",
            "<stream:error><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>x</text></stream:error>",
            "<message><body>" + "0123456789\u00e9".repeat(400) + "</body></message>");

    private final XmlCodec codec = new HardenedXmlCodec();

    @Test
    void readsTheHeaderAsTheOtherSideWroteIt() throws Exception {
        StreamHeader header = reader(HEADER, 1000).header();
        assertTrue(header.root().is(Namespaces.STREAM, "stream"));
        assertEquals("jabber:client", header.contentNamespace());
        assertEquals("localhost", header.to());
        assertEquals("1.0", header.version());
        assertEquals("de", header.lang());
        assertNull(header.from());
    }

    @Test
    void resolvesReferencesCdataAndLineEnds() throws Exception {
        List<Element> stanzas = readAll(HEADER + String.join("", RICH) + "</stream:stream>", 8192);
        assertEquals(RICH.size(), stanzas.size());
        assertEquals(
                "a <b> & \"c\" 'd' \ud83d\ude00\ud83d\ude00\u00e9",
                stanzas.get(1).child(CLIENT, "body").orElseThrow().text());
        assertEquals("\n  \n", stanzas.get(1).text());
        assertEquals("\u00e4\u20ac\ud83d\ude00", stanzas.get(2).attribute("id"));
        Element q = stanzas.get(3).child("urn:q", "q").orElseThrow();
        assertEquals("1", q.attribute("urn:r", "a"));
        assertEquals("2", q.attribute("a"));
        assertTrue(q.child("urn:r", "s").isPresent());
        assertEquals(
                "x<a>&amp;]]y ]]z]> \n ",
                stanzas.get(4).child(CLIENT, "body").orElseThrow().text());
        assertEquals(stanzas.get(5), stanzas.get(6));
        assertEquals("it", stanzas.get(7).attribute(Namespaces.XML, "lang"));
        assertEquals("tab\tnl\ncr\rend", stanzas.get(8).attribute("a"));
        assertEquals("x y z", stanzas.get(8).attribute("b"));
        assertTrue(stanzas.get(9).is(Namespaces.STREAM, "error"));
    }

    @Test
    void readsTheSameTreesHoweverTheBytesAreCut() throws Exception {
        String stream = HEADER + "\n" + String.join(" \n", RICH) + "\t</stream:stream>";
        List<Element> whole = readAll(stream, 8192);
        for (int size = 1; size <= 39; size++) {
            assertEquals(whole, readAll(stream, size), "in pieces of " + size + " bytes");
        }
    }

    @Test
    void writesWhatItReads() throws Exception {
        for (Element stanza : readAll(HEADER + String.join("", RICH) + "</stream:stream>", 8192)) {
            for (String inScope : List.of(CLIENT, "", "urn:other")) {
                byte[] bytes = codec.serialize(stanza, inScope);
                assertEquals(stanza, codec.parse(bytes, inScope), new String(bytes, UTF_8));
            }
        }
    }

    @Test
    void returnsAStanzaWithoutWaitingForAnotherByte() throws Exception {
        for (String stanza : RICH) {
            byte[] bytes = (HEADER + stanza).getBytes(UTF_8);
            InputStream exact = new InputStream() {
                private int at;

                @Override
                public int read() {
                    throw new AssertionError("unused");
                }

                @Override
                public int read(byte[] to, int offset, int length) {
                    assertTrue(at < bytes.length, "reads on behind the last byte of the stanza");
                    int count = Math.min(length, bytes.length - at);
                    System.arraycopy(bytes, at, to, offset, count);
                    at += count;
                    return count;
                }
            };
            StanzaReader reader = codec.reader(exact, StreamLimits.of(100_000, 10));
            reader.header();
            assertFalse(reader.next().name().isEmpty());
            assertFalse(reader.buffered());
        }
    }

    @Test
    void tellsThatMoreHasBeenReadThanTheLastElementNeeded() throws Exception {
        StanzaReader reader = reader(HEADER + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><iq/>", 8192);
        reader.header();
        reader.next();
        assertTrue(reader.buffered());
    }

    @ParameterizedTest
    @ValueSource(strings = {"<stream:stream xmlns:stream='http://etherx.jabber.org/streams'/>", HEADER_AND_END})
    void answersNullAtTheClosingTagAndEverAfter(String stream) throws Exception {
        StanzaReader reader = reader(stream, 8192);
        reader.header();
        assertNull(reader.next());
        assertNull(reader.next());
    }

    private static final String HEADER_AND_END =
            "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'> \n</stream:stream >";

    @Test
    void declaresNamespacesWhereTheyChange() {
        Element element = Element.builder(CLIENT, "message")
                .attribute("to", "a")
                .attribute(Namespaces.XML, "lang", "en")
                .attribute("urn:p", "x", "1")
                .attribute("urn:p", "y", "2")
                .attribute("urn:r", "x", "3")
                .child(Element.of(CLIENT, "body", "b"))
                .child(Element.of("urn:x", "x"))
                .child(Element.of("", "none"))
                .build();
        assertEquals(
                "<message to='a' xml:lang='en' xmlns:ns2='urn:p' ns2:x='1' ns2:y='2' xmlns:ns4='urn:r' ns4:x='3'>"
                        + "<body>b</body><x xmlns='urn:x'/><none xmlns=''/></message>",
                text(element, CLIENT));
    }

    @Test
    void writesStreamElementsWithTheirCustomaryPrefix() {
        Element features = Element.builder(Namespaces.STREAM, "features")
                .child(Element.of("urn:x", "x"))
                .child(Element.of(Namespaces.STREAM, "y"))
                .build();
        assertEquals(
                "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><x xmlns='urn:x'/><stream:y/>"
                        + "</stream:features>",
                text(features, CLIENT));
    }

    @ParameterizedTest
    @CsvSource({
        "'a&<>\"''\t\n\rb', 'a&amp;&lt;>\"''\t\n&#13;b', 'a&amp;&lt;>\"&#39;&#9;&#10;&#13;b'",
        "']]>]>', ']]&gt;]>', ']]>]>'",
        "'\u00e9\u20ac\ud83d\ude00', '\u00e9\u20ac\ud83d\ude00', '\u00e9\u20ac\ud83d\ude00'",
        "'\ud83d', '\ufffd', '\ufffd'",
        "'\ude00\ud83dx', '\ufffd\ufffdx', '\ufffd\ufffdx'",
        "'\u0000\u0001\u001f\ufffe\uffff\u007f', '\ufffd\ufffd\ufffd\ufffd\ufffd\u007f', '\ufffd\ufffd\ufffd\ufffd\ufffd\u007f'"
    })
    void escapesWhatMustBeAndReplacesWhatXmlDoesNotAllow(String raw, String asText, String asValue) {
        assertEquals("<a>" + asText + "</a>", text(Element.of("", "a", raw), ""));
        assertEquals(
                "<a b='" + asValue + "'/>",
                text(Element.builder("", "a").attribute("b", raw).build(), ""));
    }

    @Test
    void parsesOneElementAmongWhiteSpaceWithItsDeclaration() throws Exception {
        Element element = codec.parse(
                "<?xml version='1.0'?>\n<message a='1'><body>x</body></message>\n ".getBytes(UTF_8), CLIENT);
        assertEquals(
                Element.builder(CLIENT, "message")
                        .attribute("a", "1")
                        .child(Element.of(CLIENT, "body", "x"))
                        .build(),
                element);
    }

    private String text(Element element, String inScope) {
        return new String(codec.serialize(element, inScope), UTF_8);
    }

    private StanzaReader reader(String stream, int pieces) {
        return codec.reader(Pieces.of(stream, pieces), StreamLimits.of(100_000, 10));
    }

    private List<Element> readAll(String stream, int pieces) throws Exception {
        StanzaReader reader = reader(stream, pieces);
        reader.header();
        List<Element> stanzas = new ArrayList<>();
        for (Element stanza = reader.next(); stanza != null; stanza = reader.next()) {
            stanzas.add(stanza);
        }
        return stanzas;
    }
}
