package im.restante.internal.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.fuzz.Demand;
import im.restante.itests.fuzz.Judge;
import im.restante.xml.Element;
import im.restante.xml.HeapBudget;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlStreamException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.util.Arrays;

/**
 * A stream. Its first byte: how many bytes come at once, at most; from 128 on the bytes stand behind a header. What is let in is
 * well-formed to the JDK's parser too, is the same when it is read again, and leaves no larger than it came.
 */
public final class ReaderFuzz {
    private static final byte[] HEADER =
            ("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
                            + " to='localhost' version='1.0'>")
                    .getBytes(UTF_8);
    private static final StreamLimits LIMITS = StreamLimits.of(10_000, 16);
    /** What we may add to one stanza. */
    private static final int ADDED = 512;

    private ReaderFuzz() {}

    /** Refuses more than a share, and counts. */
    private static final class Share implements HeapBudget {
        private static final int MOST = 1 << 18;
        private int taken;

        @Override
        public boolean take(int bytes) {
            Demand.that(bytes >= 0, "a negative number of bytes is taken");
            if (bytes > MOST - taken) {
                return false;
            }
            taken += bytes;
            return true;
        }

        @Override
        public void give(int bytes) {
            taken -= bytes;
            Demand.that(bytes >= 0 && taken >= 0, "more is given back than was taken");
        }
    }

    public static void fuzzerTestOneInput(byte[] input) throws IOException, XmlStreamException {
        if (input.length == 0) {
            return;
        }
        int most = 1 + (input[0] & 0x7f);
        var bytes = new ByteArrayInputStream(Arrays.copyOfRange(input, 1, input.length)) {
            @Override
            public synchronized int read(byte[] to, int offset, int length) {
                return super.read(to, offset, Math.min(length, most));
            }
        };
        var in = input[0] < 0 ? new SequenceInputStream(new ByteArrayInputStream(HEADER), bytes) : bytes;
        HardenedXmlCodec codec = new HardenedXmlCodec();
        Share share = new Share();
        long left = 0;
        int stanzas = 0;
        try (StanzaReader reader = codec.reader(in, LIMITS, share)) {
            String inScope = reader.header().contentNamespace(); // its length is the header's, not a stanza's
            for (Element read = reader.next(); read != null; read = reader.next()) {
                byte[] written = codec.serialize(read, inScope);
                Judge.isWellFormed(written);
                Demand.that(codec.parse(written, inScope).equals(read), "it is another one when it is read again");
                left += written.length;
                stanzas++;
            }
        } catch (XmlStreamException | IOException e) {
            Demand.that(!"the parser failed".equals(e.getMessage()), "the parser failed", e);
        }
        Demand.that(share.taken == 0, "the budget was not given back");
        Demand.that(left <= input.length + (long) ADDED * stanzas, "more leaves than came");
    }
}
