package im.restante.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.xml.HeapBudget;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamCondition;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.EOFException;
import org.junit.jupiter.api.Test;

/** What an unfinished stanza costs, and what a reader asks of its budget. */
class HeapBudgetTest {
    private static final String STREAM =
            "<stream:stream xmlns='jabber:client'" + " xmlns:stream='http://etherx.jabber.org/streams'>";
    private static final StreamLimits LIMITS = StreamLimits.of(262_144, 64);

    private final XmlCodec codec = new HardenedXmlCodec();

    private static final class Counted implements HeapBudget {
        private final int most;
        private int taken;
        private int peak;

        Counted(int most) {
            this.most = most;
        }

        @Override
        public boolean take(int bytes) {
            if (taken + bytes > most) {
                return false;
            }
            taken += bytes;
            peak = Math.max(peak, taken);
            return true;
        }

        @Override
        public void give(int bytes) {
            taken -= bytes;
            assertTrue(taken >= 0);
        }
    }

    @Test
    void asksForTheBufferOfAnUnfinishedStanzaAndGivesItBack() throws Exception {
        Counted budget = new Counted(1 << 20);
        StanzaReader reader = codec.reader(
                Pieces.of(STREAM + "<iq type='get' id='u'><query>" + "<q/>".repeat(15_000), 8192), LIMITS, budget);
        reader.header();
        assertThrows(EOFException.class, reader::next);
        assertTrue(budget.taken >= 60_000 && budget.taken <= 4 * 60_000, "an unfinished stanza costs " + budget.taken);
        reader.close();
        assertEquals(0, budget.taken);
        reader.close();
        assertEquals(0, budget.taken);
    }

    @Test
    void asksForWhatALargeStanzaTakesUntilTheNextIsWaitedFor() throws Exception {
        Counted budget = new Counted(8 << 20);
        String large = "<iq>" + "<q/>".repeat(10_000) + "</iq>";
        StanzaReader reader =
                codec.reader(Pieces.of(STREAM + large + "<a/><b/>" + " ".repeat(20), 100), LIMITS, budget);
        reader.header();
        reader.next();
        assertTrue(budget.taken > 1_000_000, "a tree of 10,001 elements is counted as " + budget.taken);
        reader.next();
        assertTrue(budget.taken <= 256 * 1024, "the buffer alone: " + budget.taken);
        reader.next();
        assertThrows(EOFException.class, reader::next);
        assertEquals(0, budget.taken);
    }

    @Test
    void endsTheStreamThatAsksForMoreThanThereIs() throws Exception {
        for (String stanza : new String[] {
            "<iq>" + "<q/>".repeat(10_000) + "</iq>",
            "<iq>" + "x".repeat(100_000) + "</iq>",
            "<iq><a b='" + "x".repeat(70_000)
        }) {
            Counted budget = new Counted(64 * 1024);
            StanzaReader reader = codec.reader(Pieces.of(STREAM + "<a/>" + stanza, 1000), LIMITS, budget);
            reader.header();
            reader.next();
            XmlStreamException e = assertThrows(XmlStreamException.class, reader::next);
            assertEquals(StreamCondition.RESOURCE_CONSTRAINT, e.condition());
            reader.close();
            assertEquals(0, budget.taken);
        }
    }

    @Test
    void takesOrdinaryStanzasWithoutAsking() throws Exception {
        Counted budget = new Counted(0);
        String stanza = "<message to='a'><body>" + "x".repeat(400) + "</body></message>";
        StanzaReader reader =
                codec.reader(Pieces.of(STREAM + stanza.repeat(1000) + "</stream:stream>", 700), LIMITS, budget);
        reader.header();
        int count = 0;
        while (reader.next() != null) {
            count++;
        }
        assertEquals(1000, count);
        assertEquals(0, budget.peak);
    }

    @Test
    void refusesMoreElementsThanTheLimit() throws Exception {
        for (int elements : new int[] {1_000, 1_001}) {
            StanzaReader reader = codec.reader(
                    Pieces.of(STREAM + "<iq>" + "<q/>".repeat(elements - 1) + "</iq>", 333), StreamLimits.BEFORE_LOGIN);
            reader.header();
            if (elements == 1_000) {
                assertEquals(999, reader.next().content().size());
            } else {
                XmlStreamException e = assertThrows(XmlStreamException.class, reader::next);
                assertEquals(StreamCondition.POLICY_VIOLATION, e.condition());
            }
        }
    }
}
