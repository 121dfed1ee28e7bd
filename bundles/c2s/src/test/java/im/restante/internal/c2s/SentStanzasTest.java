package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.session.Outbound;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Counting what was sent, as XEP-0198 does. */
class SentStanzasTest {
    private static Outbound live(long id) {
        return new Outbound(new byte[10], new Arrival(id, Jid.of("a@localhost"), Jid.of("b@localhost"), Instant.EPOCH));
    }

    @Test
    void theCountGoesRoundAtThirtyTwoBits() {
        SentStanzas sent = new SentStanzas((1L << 32) - 2);
        for (int i = 1; i <= 4; i++) {
            sent.sent(live(i));
        }
        assertTrue(sent.acknowledge((1L << 32) - 1));
        assertEquals(3, sent.kept());
        assertTrue(sent.acknowledge(1));
        assertEquals((1L << 32) + 1, sent.acknowledged());
        assertEquals(4, sent.unacknowledged().get(0).arrival().id());
        assertFalse(sent.acknowledge(3));
        assertTrue(sent.acknowledge(2));
        assertEquals(0, sent.kept());
        assertEquals(0, sent.keptBytes());
    }

    @Test
    void aCountThatGoesBackIsMoreThanWasSent() {
        SentStanzas sent = new SentStanzas();
        sent.sent(null);
        sent.sent(null);
        assertTrue(sent.acknowledge(2));
        assertTrue(sent.acknowledge(2));
        assertFalse(sent.acknowledge(1));
    }

    @Test
    void onlyWhatComesBackIsAskedFor() {
        SentStanzas sent = new SentStanzas();
        sent.sent(null);
        assertFalse(sent.worthAsking(true));
        sent.sent(live(1));
        assertFalse(sent.worthAsking(false));
        assertTrue(sent.worthAsking(true));
        sent.asked();
        sent.sent(live(2));
        assertFalse(sent.worthAsking(true), "one question at a time");
        assertTrue(sent.acknowledge(2));
        assertTrue(sent.worthAsking(true));
        sent.asked();
        for (int i = 0; i < SentStanzas.ASK_EVERY; i++) {
            sent.sent(live(3 + i));
        }
        assertTrue(sent.worthAsking(false), "unless it is old");
    }
}
