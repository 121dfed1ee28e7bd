package im.restante.streammanagement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.session.Outbound;
import im.restante.store.StoredMessage;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Counting what was sent, as XEP-0198 does. */
class SentStanzasTest {
    private static Outbound live(long id) {
        return new Outbound(new byte[10], new Arrival(id, Jid.of("a@localhost"), Jid.of("b@localhost"), Instant.EPOCH));
    }

    private static Outbound other() {
        return Outbound.of(new byte[10]);
    }

    @Test
    void theCountGoesRoundAtThirtyTwoBits() {
        SentStanzas sent = new SentStanzas((1L << 32) - 2);
        for (int i = 1; i <= 4; i++) {
            sent.sent(live(i));
        }
        assertTrue(sent.acknowledge((1L << 32) - 1));
        assertEquals(3, sent.storable());
        assertTrue(sent.acknowledge(1));
        assertEquals((1L << 32) + 1, sent.acknowledged());
        assertEquals(4, sent.unacknowledged().get(0).row());
        assertFalse(sent.acknowledge(3));
        assertTrue(sent.acknowledge(2));
        assertEquals(0, sent.storable());
        assertEquals(0, sent.storableBytes());
    }

    @Test
    void aCountThatGoesBackIsMoreThanWasSent() {
        SentStanzas sent = new SentStanzas(0);
        sent.sent(other());
        sent.sent(other());
        assertTrue(sent.acknowledge(2));
        assertTrue(sent.acknowledge(2));
        assertFalse(sent.acknowledge(1));
    }

    @Test
    void onlyWhatComesBackIsAskedFor() {
        SentStanzas sent = new SentStanzas(0);
        sent.sent(other());
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

    @Test
    void aStreamThatCanBeResumedKeepsEverythingWithinItsBound() {
        SentStanzas sent = new SentStanzas(0, 25);
        sent.sent(other());
        sent.sent(live(7));
        sent.sent(other());
        assertTrue(sent.isComplete());
        assertEquals(3, sent.unacknowledged().size());
        assertTrue(sent.acknowledge(1));
        sent.sent(other());
        assertTrue(sent.isComplete());
        sent.sent(other());
        assertFalse(sent.isComplete());
        assertEquals(7, sent.unacknowledged().get(0).row());
        assertEquals(1, sent.unacknowledged().size());
    }

    @Test
    void rowsAcknowledgedLastAreRememberedForTheirPageMayBeInPart() {
        SentStanzas sent = new SentStanzas(0, 1000);
        for (int i = 1; i <= 3; i++) {
            sent.sent(row(i));
        }
        assertTrue(sent.acknowledge(2));
        assertEquals(List.of(1L, 2L), sent.lastRows());
    }

    private static StoredMessage row(long id) {
        return StoredMessage.of(id, Jid.of("a@localhost"), Jid.of("b@localhost"), Instant.EPOCH, new byte[10]);
    }
}
