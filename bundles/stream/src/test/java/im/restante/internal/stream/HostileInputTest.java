package im.restante.internal.stream;

import static im.restante.xml.Namespaces.CLIENT;
import static im.restante.xml.StreamCondition.BAD_FORMAT;
import static im.restante.xml.StreamCondition.BAD_NAMESPACE_PREFIX;
import static im.restante.xml.StreamCondition.NOT_WELL_FORMED;
import static im.restante.xml.StreamCondition.POLICY_VIOLATION;
import static im.restante.xml.StreamCondition.RESTRICTED_XML;
import static im.restante.xml.StreamCondition.UNSUPPORTED_ENCODING;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.xml.Element;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamCondition;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stream must not bring, and the stream error it ends with. The word "secret" must not come back in any message. */
class HostileInputTest {
    private static final String HEADER =
            "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
    private static final StreamLimits LIMITS = new StreamLimits(10_000, 8, 10, 10, 1_000);

    private final XmlCodec codec = new HardenedXmlCodec();

    static Stream<Arguments> stanzas() {
        return Stream.of(
                // RFC 6120 §11.1
                stanza(RESTRICTED_XML, "<!-- secret -->"),
                stanza(RESTRICTED_XML, "<a><!-- secret --></a>"),
                stanza(RESTRICTED_XML, "<a>text<!-- secret -->text</a>"),
                stanza(RESTRICTED_XML, "<?secret x?>"),
                stanza(RESTRICTED_XML, "<a><?abc secret?></a>"),
                stanza(RESTRICTED_XML, "<a><?xml version='1.0'?></a>"),
                stanza(RESTRICTED_XML, "<a>" + "secret".repeat(1500) + "<?abc x?></a>"),
                stanza(RESTRICTED_XML, "<a>&secret;</a>"),
                stanza(RESTRICTED_XML, "<a b='&secret;'/>"),
                stanza(RESTRICTED_XML, "<a>&nbsp;</a>"),
                stanza(RESTRICTED_XML, "<a>&ltt;</a>"),
                stanza(RESTRICTED_XML, "<a>&LT;</a>"),
                stanza(RESTRICTED_XML, "<a><!DOCTYPE secret></a>"),
                stanza(RESTRICTED_XML, "<!DOCTYPE secret>"),
                // references
                stanza(NOT_WELL_FORMED, "<a>&#0;</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#1;</a>"),
                stanza(NOT_WELL_FORMED, "<a b='&#x0;'/>"),
                stanza(NOT_WELL_FORMED, "<a>&#xD800;</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#xDFFF;</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#xFFFE;</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#xFFFF;</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#x110000;</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#4294967361;</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#" + "9".repeat(100) + ";</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#;</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#x;</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#-1;</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#X41;</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#xg;</a>"),
                stanza(NOT_WELL_FORMED, "<a>&#\u0661;</a>"),
                stanza(NOT_WELL_FORMED, "<a>secret & x</a>"),
                stanza(NOT_WELL_FORMED, "<a>secret&lt</a>"),
                stanza(NOT_WELL_FORMED, "<a>&;</a>"),
                // characters
                stanza(NOT_WELL_FORMED, "<a>\u0001</a>"),
                stanza(NOT_WELL_FORMED, "<a>\u0000</a>"),
                stanza(NOT_WELL_FORMED, "<a b='\u001f'/>"),
                stanza(NOT_WELL_FORMED, "<a>\ufffe</a>"),
                stanza(NOT_WELL_FORMED, "<a>\uffff</a>"),
                // names
                stanza(NOT_WELL_FORMED, "<m\u00d7x/>"),
                stanza(NOT_WELL_FORMED, "<m\u00f7x/>"),
                stanza(NOT_WELL_FORMED, "<m\u037e/>"),
                stanza(NOT_WELL_FORMED, "<m\u2028x/>"),
                stanza(NOT_WELL_FORMED, "<m\udb80\udc00/>"),
                stanza(NOT_WELL_FORMED, "<1/>"),
                stanza(NOT_WELL_FORMED, "<-a/>"),
                stanza(NOT_WELL_FORMED, "<\u0301a/>"),
                stanza(NOT_WELL_FORMED, "< a/>"),
                stanza(NOT_WELL_FORMED, "<a 1='x'/>"),
                stanza(NOT_WELL_FORMED, "<a:b:c xmlns:a='x'/>"),
                stanza(NOT_WELL_FORMED, "<a: xmlns:a='x'/>"),
                stanza(NOT_WELL_FORMED, "<:a/>"),
                stanza(NOT_WELL_FORMED, "<a:1 xmlns:a='x'/>"),
                stanza(NOT_WELL_FORMED, "<a xmlns:b='x' b:='1'/>"),
                stanza(NOT_WELL_FORMED, "<a xmlns:b='x' b:-c='1'/>"),
                stanza(NOT_WELL_FORMED, "<a xmlns:1='x'/>"),
                stanza(NOT_WELL_FORMED, "<a xmlns:='x'/>"),
                // structure
                stanza(NOT_WELL_FORMED, "<a></b>"),
                stanza(NOT_WELL_FORMED, "<a></ab>"),
                stanza(NOT_WELL_FORMED, "<a><b></a></b>"),
                stanza(NOT_WELL_FORMED, "</a>"),
                stanza(NOT_WELL_FORMED, "<a>]]></a>"),
                stanza(NOT_WELL_FORMED, "<a>x]]]></a>"),
                stanza(NOT_WELL_FORMED, "<a>&amp;]]></a>"),
                stanza(NOT_WELL_FORMED, "<a b='<'/>"),
                stanza(NOT_WELL_FORMED, "<a b=secret/>"),
                stanza(NOT_WELL_FORMED, "<a b/>"),
                stanza(NOT_WELL_FORMED, "<a b='1'c='2'/>"),
                stanza(NOT_WELL_FORMED, "<a b='1' b='2'/>"),
                stanza(NOT_WELL_FORMED, "<a / >"),
                stanza(NOT_WELL_FORMED, "<a//>"),
                stanza(NOT_WELL_FORMED, "<a><![cdata[x]]></a>"),
                stanza(NOT_WELL_FORMED, "<a><![IGNORE[x]]></a>"),
                stanza(NOT_WELL_FORMED, "<a><!x></a>"),
                // namespaces
                stanza(NOT_WELL_FORMED, "<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>"),
                stanza(NOT_WELL_FORMED, "<a xmlns:p='u' xmlns:p='v'/>"),
                stanza(NOT_WELL_FORMED, "<a xmlns='u' xmlns='v'/>"),
                stanza(NOT_WELL_FORMED, "<a xmlns:p=''/>"),
                stanza(BAD_NAMESPACE_PREFIX, "<p:a/>"),
                stanza(BAD_NAMESPACE_PREFIX, "<a p:b='1'/>"),
                stanza(BAD_NAMESPACE_PREFIX, "<a><b xmlns:p='u'/><p:c/></a>"),
                stanza(BAD_NAMESPACE_PREFIX, "<a xmlns:xml='urn:evil'/>"),
                stanza(BAD_NAMESPACE_PREFIX, "<a xmlns:xmlns='urn:evil'/>"),
                stanza(BAD_NAMESPACE_PREFIX, "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>"),
                stanza(BAD_NAMESPACE_PREFIX, "<a xmlns='http://www.w3.org/XML/1998/namespace'/>"),
                stanza(BAD_NAMESPACE_PREFIX, "<a xmlns='http://www.w3.org/2000/xmlns/'/>"),
                stanza(BAD_NAMESPACE_PREFIX, "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>"),
                stanza(BAD_NAMESPACE_PREFIX, "<xmlns:a/>"),
                // between stanzas
                stanza(BAD_FORMAT, "secret"),
                stanza(BAD_FORMAT, " secret <a/>"),
                stanza(BAD_FORMAT, "&#32;"),
                stanza(BAD_FORMAT, "<![CDATA[ ]]>"),
                stanza(BAD_FORMAT, "<![CDATA[]]>"));
    }

    private static Arguments stanza(StreamCondition condition, String text) {
        return Arguments.of(condition, text);
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @MethodSource("stanzas")
    void endsTheStreamWithTheRightCondition(StreamCondition condition, String text) throws Exception {
        for (int pieces : new int[] {1, 7, 8192}) {
            StanzaReader reader = codec.reader(Pieces.of(HEADER + "<first/>" + text + "<a/>", pieces), LIMITS);
            reader.header();
            assertTrue(reader.next().is(CLIENT, "first"));
            refuses(condition, () -> readToEnd(reader));
        }
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @MethodSource("stanzas")
    void refusesTheSameInAStoredElement(StreamCondition condition, String text) {
        String document = "<x>" + text + "</x>";
        if (condition != BAD_FORMAT) {
            refuses(condition, () -> codec.parse(document.getBytes(UTF_8), CLIENT));
        }
    }

    static Stream<Arguments> encodings() {
        return Stream.of(
                        "80",
                        "bf",
                        "c080",
                        "c1bf",
                        "c328",
                        "c3",
                        "e28228",
                        "e282",
                        "e08080",
                        "e09fbf",
                        "eda080",
                        "edbfbf",
                        "eda080edb080",
                        "f0808080",
                        "f08fbfbf",
                        "f4908080",
                        "f5808080",
                        "f09f98",
                        "f09f9828",
                        "fe",
                        "ff",
                        "fffe",
                        "feff")
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void takesNothingButUtf8(String hex) throws Exception {
        for (int pieces : new int[] {1, 3, 8192}) {
            StanzaReader reader = codec.reader(
                    Pieces.of(bytes(HEADER + "<first/><a>", hex, "</a><b/>"), pieces), StreamLimits.of(10_000, 8));
            reader.header();
            assertTrue(reader.next().is(CLIENT, "first"));
            refuses(UNSUPPORTED_ENCODING, () -> readToEnd(reader));
        }
        refuses(UNSUPPORTED_ENCODING, () -> codec.parse(bytes("<a>", hex, "</a>"), ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE secret [<!ENTITY a 'ha'>]>",
                "<?xml version='1.0'?><!DOCTYPE secret SYSTEM 'http://secret/'>",
                "<!-- secret -->",
                "<?secret?>",
                "<?xmlsecret ?>",
                "<?xml version='1.0'?><?xml version='1.0'?>",
                "<?XML version='1.0'?>",
                "<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol1 '&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;'>"
                        + "<!ENTITY lol2 '&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;'>]>"
                        + "<stream:stream xmlns:stream='s' a='&lol2;'>"
            })
    void restrictsWhatStandsBeforeTheHeader(String prolog) {
        refuses(
                RESTRICTED_XML,
                () -> codec.reader(Pieces.of(prolog + HEADER, 5), LIMITS).header());
    }

    @Test
    void checksTheXmlDeclaration() throws Exception {
        String[] right = {
            "<?xml version='1.0'?>",
            "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n",
            "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>",
            "\ufeff<?xml version='1.0'?>",
            "\n<?xml version='1.0'?>"
        };
        for (String declaration : right) {
            assertEquals(
                    "stream",
                    codec.reader(Pieces.of(declaration + HEADER, 4), LIMITS)
                            .header()
                            .root()
                            .name());
        }
        refuses(BAD_FORMAT, () -> header("<?xml version='1.1'?>"));
        refuses(UNSUPPORTED_ENCODING, () -> header("<?xml version='1.0' encoding='ISO-8859-1'?>"));
        refuses(UNSUPPORTED_ENCODING, () -> header("<?xml version='1.0' encoding='UTF-16'?>"));
        refuses(NOT_WELL_FORMED, () -> header("<?xml encoding='UTF-8'?>"));
        refuses(NOT_WELL_FORMED, () -> header("<?xml version='1.0' secret='1'?>"));
        refuses(NOT_WELL_FORMED, () -> header("<?xml version='1.0'?secret"));
        refuses(POLICY_VIOLATION, () -> header("<?xml " + " ".repeat(300) + "version='1.0'?>"));
        refuses(NOT_WELL_FORMED, () -> header("secret"));
        refuses(NOT_WELL_FORMED, () -> header("</secret>"));
        refuses(NOT_WELL_FORMED, () -> header("GET / HTTP/1.1\r\n\r\n"));
    }

    @Test
    void understandsReferencesBeyondTheBasicPlane() throws Exception {
        assertEquals(
                "\ud83d\ude00\ud840\udc3c\udbff\udfff\ud7ff\ue000\ufffd",
                codec.parse("<a>&#x1F600;&#131132;&#x10FFFF;&#xD7FF;&#xE000;&#x00000FFFD;</a>".getBytes(UTF_8), "")
                        .text());
        assertEquals(
                "\ud800\udc3c",
                codec.parse("<a>&#65596;</a>".getBytes(UTF_8), "").text());
    }

    @Test
    void takesTheNamesThatEveryParserTakes() throws Exception {
        for (String name :
                new String[] {"\u00e9", "a\u00b7", "a\u0301", "\u4f60\u597d", "a-._1", "\u05d0", "\uac00", "a\u0665"}) {
            assertEquals(
                    name, codec.parse(("<" + name + "/>").getBytes(UTF_8), "").name());
        }
        for (String name : new String[] {"\ud800\udc00", "\u200c", "a\u203f", "\u0220", "\u0487", "\ufb01"}) {
            refuses(NOT_WELL_FORMED, () -> codec.parse(("<" + name + "/>").getBytes(UTF_8), ""));
        }
    }

    @Test
    void admitsUpToTheLimitsInclusive() throws Exception {
        assertEquals(10, first(elementWithAttributes(10)).attributes().size());
        refuses(POLICY_VIOLATION, () -> first(elementWithAttributes(11)));
        first(nested(8));
        refuses(POLICY_VIOLATION, () -> first(nested(9)));
        first(elementWithNamespaces(8)); // and two of the stream
        refuses(POLICY_VIOLATION, () -> first(elementWithNamespaces(9)));
    }

    @Test
    void countsTheBytesOfOneStanzaExactly() throws Exception {
        String most = "<a>" + "\u00e9".repeat(4_996) + "b</a>";
        assertEquals(10_000, most.getBytes(UTF_8).length);
        for (int pieces : new int[] {1, 100, 1000, 8191, 8192, 100_000}) {
            // short stanzas around it, which the same read brings, must not be counted to it
            StanzaReader reader = codec.reader(
                    Pieces.of(HEADER + "<x>\u20ac</x>" + (most + " <x/>\n").repeat(5) + most, pieces), LIMITS);
            reader.header();
            reader.next();
            for (int i = 0; i < 5; i++) {
                assertEquals(4_997, reader.next().text().length());
                reader.next();
            }
            assertEquals(4_997, reader.next().text().length());

            StanzaReader over =
                    codec.reader(Pieces.of(HEADER + "<x/>" + most.replace("b", "bb") + "<x/>", pieces), LIMITS);
            over.header();
            over.next();
            refuses(POLICY_VIOLATION, over::next);
        }
    }

    @Test
    void keepsAStanzaThatCameBeforeTheViolationInTheSameRead() throws Exception {
        StanzaReader reader = codec.reader(Pieces.of(HEADER + "<a/>\u0001", 8192), LIMITS);
        reader.header();
        assertEquals("a", reader.next().name());
        refuses(NOT_WELL_FORMED, reader::next);
    }

    @Test
    void saysThatTheInputEndedWithoutQuotingIt() throws Exception {
        String stream = HEADER + "<a><secret b='c'>text</secret></a>";
        for (int length = 0; length <= stream.length(); length++) {
            StanzaReader reader = codec.reader(Pieces.of(stream.substring(0, length), 9), LIMITS);
            EOFException end = assertThrows(EOFException.class, () -> {
                reader.header();
                readToEnd(reader);
            });
            assertFalse(end.getMessage().contains("secret"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "<a>",
                "<a",
                "<a/><b/>",
                "<a/>x",
                "x<a/>",
                "<a/><!-- -->",
                "<a/></a>",
                "<?xml version='1.0'?>"
            })
    void parsesNothingButOneWholeElement(String text) {
        XmlStreamException e = assertThrows(XmlStreamException.class, () -> codec.parse(text.getBytes(UTF_8), ""));
        assertTrue(e.condition() == NOT_WELL_FORMED || e.condition() == BAD_FORMAT);
    }

    @Test
    void readsBackAnElementAtEveryLimitAfterTheServerAddedToIt() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 64; i++) {
            text.append("<a xmlns='urn:").append(i % 2).append(i == 0 ? "' xmlns:p='urn:p'" : "'");
            for (int j = 0; j < 61; j++) {
                text.append(" p:a").append(j).append("=''");
            }
            text.append('>');
        }
        text.append("</a>".repeat(64));
        StanzaReader reader =
                codec.reader(Pieces.of(HEADER + text, 8192), new StreamLimits(262_144, 64, 64, 67, 1_000));
        reader.header();
        Element element = reader.next()
                .withAttribute("from", "a")
                .withAttribute("to", "b")
                .withAttribute("id", "c");
        for (int i = 0; i < 10; i++) {
            element = Element.of("urn:wrap", "w").with(element);
        }
        assertEquals(element, codec.parse(codec.serialize(element, CLIENT), CLIENT));
    }

    @Test
    void insistsOnTheOrderHeaderThenStanzas() throws Exception {
        StanzaReader reader = codec.reader(Pieces.of(HEADER + "<a/></stream:stream>", 10), LIMITS);
        assertThrows(IllegalStateException.class, reader::next);
        reader.header();
        assertThrows(IllegalStateException.class, reader::header);
        reader.next();
        assertNull(reader.next());
    }

    private Element first(String stanza) throws IOException, XmlStreamException {
        StanzaReader reader = codec.reader(Pieces.of(HEADER + stanza, 8192), LIMITS);
        reader.header();
        return reader.next();
    }

    private void header(String prolog) throws IOException, XmlStreamException {
        codec.reader(Pieces.of(prolog + HEADER, 8192), LIMITS).header();
    }

    private static void readToEnd(StanzaReader reader) throws IOException, XmlStreamException {
        while (reader.next() != null) {
            // on to the next
        }
    }

    private static void refuses(StreamCondition condition, Step step) {
        XmlStreamException e = assertThrows(XmlStreamException.class, step::run);
        assertEquals(condition, e.condition(), e.getMessage());
        for (Throwable t = e; t != null; t = t.getCause()) {
            assertFalse(t.getMessage().contains("secret"), t.getMessage());
        }
    }

    private static byte[] bytes(String before, String hex, String after) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(before.getBytes(ISO_8859_1));
        for (int i = 0; i < hex.length(); i += 2) {
            out.write(Integer.parseInt(hex.substring(i, i + 2), 16));
        }
        out.writeBytes(after.getBytes(ISO_8859_1));
        return out.toByteArray();
    }

    private static String elementWithAttributes(int count) {
        StringBuilder text = new StringBuilder("<a");
        for (int i = 0; i < count; i++) {
            text.append(" a").append(i).append("=''");
        }
        return text.append("/>").toString();
    }

    private static String elementWithNamespaces(int count) {
        StringBuilder text = new StringBuilder("<a");
        for (int i = 0; i < count; i++) {
            text.append(" xmlns:a").append(i).append("='x'");
        }
        return text.append("/>").toString();
    }

    private static String nested(int depth) {
        return "<a>".repeat(depth) + "</a>".repeat(depth);
    }

    private interface Step {
        void run() throws IOException, XmlStreamException;
    }
}
