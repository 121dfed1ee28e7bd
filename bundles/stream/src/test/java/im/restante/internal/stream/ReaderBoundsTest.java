package im.restante.internal.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.xml.StanzaReader;
import im.restante.xml.StreamCondition;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.EOFException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Time and memory that a peer can cost, whatever it sends. */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class ReaderBoundsTest {
    private static final String HEADER =
            "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
    private static final int STANZA_BYTES = 262_144;
    private static final StreamLimits LIMITS = StreamLimits.of(STANZA_BYTES, 64);
    private static final int MIB = 1 << 20;

    private final XmlCodec codec = new HardenedXmlCodec();

    /** First the one text, then the other without end. */
    private static final class Endless extends InputStream {
        private final byte[] first;
        private final byte[] again;
        private final long most;
        private long given;

        Endless(String first, String again, long most) {
            this.first = first.getBytes(UTF_8);
            this.again = again.getBytes(UTF_8);
            this.most = most;
        }

        @Override
        public int read() {
            throw new AssertionError("unused");
        }

        @Override
        public int read(byte[] to, int offset, int length) {
            if (given >= most) {
                return -1;
            }
            for (int i = 0; i < length; i++, given++) {
                to[offset + i] = given < first.length
                        ? first[(int) given]
                        : again[(int) ((given - first.length) % again.length)];
            }
            return length;
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10 MB of text in one stanza | <message><body> | x",
                "one attribute without end | <message a=' | x",
                "one name without end | <message | x",
                "an end tag without end | <message></message | x",
                "an element without end of children | <message> | <a b='c'/>",
                "20,000 attributes | <message | \u0020a='1'",
                "20,000 namespaces | <message | \u0020xmlns:a='1'",
                "depth 100,000 | <message> | <a>",
                "depth 100,000 with a namespace each | <message> | <a xmlns='b'>",
                "a CDATA section without end | <message><![CDATA[ | x]]",
                "a comment without end | <message><!-- | x",
                "a DTD without end | <!DOCTYPE a [ | x",
                "a processing instruction without end | <?abc | x",
                "a reference without end | <message>&# | 0",
                "an entity without end | <message>& | a",
                "white space in a tag without end | <message\u0020 | '\u0020'",
                "escapes without end | <message><body> | &amp;",
            })
    void stopsReadingSoon(String what, String start, String again) throws Exception {
        Endless input = new Endless(HEADER + start, again, 100 * MIB);
        long cost = allocatedBy(() -> {
            StanzaReader reader = codec.reader(input, LIMITS);
            XmlStreamException e = assertThrows(XmlStreamException.class, () -> {
                reader.header();
                reader.next();
            });
            assertTrue(
                    e.condition() == StreamCondition.POLICY_VIOLATION
                            || e.condition() == StreamCondition.RESTRICTED_XML
                            || e.condition() == StreamCondition.NOT_WELL_FORMED,
                    e.getMessage());
        });
        assertTrue(input.given <= STANZA_BYTES + HEADER.length() + 16_384, what + ": read " + input.given);
        assertTrue(cost < 16 * MIB, what + ": allocated " + cost);
    }

    @Test
    void eatsWhiteSpaceBetweenStanzasInTheSameMemory() throws Exception {
        Endless input = new Endless(HEADER, " \n\t\r", 50 * MIB);
        long cost = allocatedBy(() -> {
            StanzaReader reader = codec.reader(input, LIMITS);
            assertThrows(EOFException.class, () -> {
                reader.header();
                reader.next();
            });
        });
        assertTrue(input.given >= 50 * MIB);
        // a read that fills the buffer doubles it, and an empty one is given back: a multiple of the input would be a
        // leak
        assertTrue(cost < 200L * MIB, "allocated " + cost);
    }

    @Test
    void bufferStaysSmallWhilePingsOfOneByteCome() throws Exception {
        byte[] stream = (HEADER + " ".repeat(100_000) + "</stream:stream>").getBytes(UTF_8);
        long cost = allocatedBy(() -> {
            StanzaReader reader = codec.reader(Pieces.of(stream, 1), LIMITS);
            reader.header();
            assertNull(reader.next());
        });
        assertTrue(cost < 100_000, "allocated " + cost);
    }

    @Test
    void holdsLittleAfterAnythingThatWasAllowed() throws Exception {
        StringBuilder nasty = new StringBuilder();
        for (int attributes = 60; attributes > 0; attributes -= 20) {
            nasty.append("<a");
            for (int i = 0; i < attributes - 1; i++) {
                nasty.append(" a").append(i).append("=''");
            }
            nasty.append(" z='").append("x".repeat(60_000)).append("'/>");
        }
        for (int depth = 60; depth > 0; depth -= 20) {
            nasty.append("<a>".repeat(depth));
            String name = "n".repeat(50_000);
            nasty.append('<').append(name).append("></").append(name).append('>');
            nasty.append("</a>".repeat(depth));
        }
        nasty.append("<a xmlns:p='").append("u".repeat(60_000)).append("'/>");
        nasty.append("<a>").append("&lt;x".repeat(40_000)).append("</a>");
        nasty.append("<a/>".repeat(3));
        byte[] stream = (HEADER + nasty).getBytes(UTF_8);

        int readers = 20;
        List<StanzaReader> kept = new ArrayList<>();
        long before = used();
        for (int i = 0; i < readers; i++) {
            StanzaReader reader = codec.reader(Pieces.of(stream, 8192), LIMITS);
            reader.header();
            for (int j = 0; j < 11; j++) {
                reader.next();
            }
            assertThrows(EOFException.class, reader::next); // waits for more, as an idle connection does
            kept.add(reader);
        }
        long each = (used() - before) / readers;
        Reference.reachabilityFence(kept);
        assertTrue(each < 12_000, each + " bytes are held by an idle reader");
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** Bytes that this thread allocated. */
    private static long allocatedBy(Work work) throws Exception {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private interface Work {
        void run() throws Exception;
    }
}
