package im.restante.internal.stream;

import static im.restante.xml.Namespaces.CLIENT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import im.restante.internal.stream.StanzaGenerator.Prefixes;
import im.restante.xml.Element;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.util.List;
import java.util.Random;
import javax.xml.stream.XMLStreamException;
import org.junit.jupiter.api.Test;

/**
 * What leaves the server says the same as what came and is not larger, in every form in which a stanza leaves it: two parsers that
 * are not ours judge. {@code -Dfuzz.stanzas=1000000} makes it long.
 */
class PassedOnFuzzTest {
    private static final int STANZAS = Integer.getInteger("fuzz.stanzas", 4_000);
    private static final long SEED = Long.getLong("fuzz.seed", 20261129L);
    private static final String STREAM =
            "<stream:stream xmlns='jabber:client'" + " xmlns:stream='http://etherx.jabber.org/streams'>";
    private static final String LENDING = STREAM.replace(">", " xmlns:c='jabber:client'>");
    private static final String EXPORT =
            "<stream:stream xmlns='urn:xmpp:pie:0' xmlns:stream='http://etherx.jabber.org/streams'>";
    private static final StreamLimits LIMITS = StreamLimits.of(262_144, 64);
    /** What a server may add, beside the addresses. */
    private static final int MORE = 512;

    private static final String FROM = "romeo&juliet'@example.org";

    private final XmlCodec codec = new HardenedXmlCodec();

    @Test
    void saysTheSameInEveryFormAndIsNotLarger() throws Exception {
        for (int i = 0; i < STANZAS; i++) {
            Prefixes kind = i % 4 != 3 ? Prefixes.BELOW : i % 8 == 3 ? Prefixes.OWN : Prefixes.LENT;
            StanzaGenerator generator = new StanzaGenerator(SEED + i, kind);
            String stanza = generator.stanza();
            try {
                check(kind == Prefixes.LENT ? LENDING : STREAM, stanza, generator.random(), kind == Prefixes.BELOW);
            } catch (IOException | XmlStreamException | XMLStreamException | RuntimeException e) {
                fail("stanza " + i + ": " + stanza, e);
            }
        }
    }

    private void check(String stream, String stanza, Random random, boolean prefixes) throws Exception {
        byte[] came = (stream + stanza + "</stream:stream>").getBytes(UTF_8);
        int bytes = stanza.getBytes(UTF_8).length;
        String said = Canonical.jdk(came, prefixes);
        assertEquals(said, Canonical.woodstox(came, prefixes), "the judges agree on " + stanza);

        StanzaReader reader = codec.reader(Pieces.of(came, 1 + random.nextInt(random.nextBoolean() ? 4 : 300)), LIMITS);
        reader.header();
        Element read = reader.next();
        assertNotNull(read, stanza);
        assertNull(reader.next());

        says(said, stanza, bytes, codec.serialize(read, CLIENT), STREAM, prefixes);
        Element addressed = read.withAttribute("from", FROM).withAttribute("to", "x");
        says(said, stanza, bytes, codec.serialize(addressed, CLIENT), STREAM, prefixes);
        Element stamped =
                addressed.with(Element.of(Canonical.ADDED, "stanza-id")).with(Element.of(Canonical.ADDED, "delay"));
        byte[] row = codec.serialize(stamped, CLIENT);
        says(said, stanza, bytes, row, STREAM, prefixes);
        Element fetched = codec.parse(row, CLIENT);
        assertEquals(stamped, fetched, stanza);
        Element told = fetched.without(child -> child.namespace().equals(Canonical.ADDED))
                .with(Element.of(Canonical.ADDED, "offline"));
        says(said, stanza, bytes, codec.serialize(told, CLIENT), STREAM, prefixes);
        withoutOneChild(read, random, stanza);
        Element error = read.withAttribute("from", null)
                .withAttribute("to", FROM)
                .withAttribute("type", "error")
                .with(Element.of(Canonical.ADDED, "error"));
        says(said, stanza, bytes, codec.serialize(error, CLIENT), STREAM, prefixes);
        byte[] exported = codec.serialize(
                fetched.withAttribute(Canonical.ADDED, "row", "1")
                        .withoutAttributes(attribute -> attribute.namespace().equals(Canonical.ADDED)),
                "urn:xmpp:pie:0");
        says(said, stanza, bytes, exported, EXPORT, prefixes);
    }

    private void withoutOneChild(Element read, Random random, String stanza) throws XmlStreamException {
        List<Element> children = read.children();
        if (!children.isEmpty()) {
            Element gone = children.get(random.nextInt(children.size()));
            Element less = read.without(child -> child == gone);
            Element again = codec.parse(codec.serialize(less, CLIENT), CLIENT);
            assertEquals(less.children(), again.children(), stanza);
            assertEquals(less.text(), again.text(), stanza);
        }
    }

    private static void says(String said, String stanza, int bytes, byte[] out, String around, boolean prefixes)
            throws XMLStreamException {
        byte[] document = (around + new String(out, UTF_8) + "</stream:stream>").getBytes(UTF_8);
        assertEquals(said, Canonical.jdk(document, prefixes), stanza);
        assertEquals(said, Canonical.woodstox(document, prefixes), stanza);
        assertTrue(
                out.length <= bytes + MORE + 2 * FROM.length(),
                () -> bytes + " bytes came, " + out.length + " leave: " + stanza);
    }

    @Test
    void aStanzaIsTheSameWhereverItIsCut() throws Exception {
        for (int i = 0; i < STANZAS / 50; i++) {
            String stanza = new StanzaGenerator(SEED + i, i % 4 == 3 ? Prefixes.OWN : Prefixes.BELOW).stanza();
            byte[] came = (STREAM + stanza + " <presence/></stream:stream>").getBytes(UTF_8);
            byte[] whole = null;
            for (int cut = 0; cut <= came.length; cut++) {
                StanzaReader reader = codec.reader(
                        new SequenceInputStream(
                                new ByteArrayInputStream(came, 0, cut),
                                new ByteArrayInputStream(came, cut, came.length - cut)),
                        LIMITS);
                reader.header();
                byte[] out = codec.serialize(reader.next(), CLIENT);
                whole = whole == null ? out : whole;
                assertArrayEquals(whole, out, "cut at " + cut + ": " + stanza);
                assertEquals("presence", reader.next().name());
                assertNull(reader.next());
            }
        }
    }

    @Test
    void whatIsAcceptedOfDamagedStanzasIsAcceptedByOthersAndSaysTheSame() throws Exception {
        int accepted = 0;
        for (int i = 0; i < STANZAS; i++) {
            StanzaGenerator generator = new StanzaGenerator(SEED - 1 - i, Prefixes.BELOW);
            Random random = generator.random();
            byte[] damaged = Damage.to((generator.stanza()).getBytes(UTF_8), random);
            byte[] stream = (STREAM + new String(damaged, ISO_8859_1)).getBytes(ISO_8859_1);
            StanzaReader reader = codec.reader(Pieces.of(stream, 1 + random.nextInt(64)), LIMITS);
            String what = "stanza " + i + ": " + new String(damaged, UTF_8);
            try {
                reader.header();
                Element read = reader.next();
                if (read == null || reader.buffered()) {
                    continue;
                }
                byte[] out = codec.serialize(read, CLIENT);
                byte[] document = (STREAM + new String(out, UTF_8) + "</stream:stream>").getBytes(UTF_8);
                assertEquals(Canonical.jdk(document, false), Canonical.woodstox(document, false), what);
                if (reader.next() == null) {
                    continue;
                }
            } catch (EOFException | XmlStreamException e) {
                accepted += e instanceof EOFException ? 1 : 0;
            } catch (IOException | XMLStreamException | RuntimeException e) {
                fail(what, e);
            }
        }
        assertTrue(accepted > STANZAS / 100, "nearly everything was refused: " + accepted);
    }
}
