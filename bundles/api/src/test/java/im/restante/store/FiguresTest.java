package im.restante.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import im.restante.jid.Jid;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void whatAStoreDoesNotSayIsNotKnown() {
        assertEquals(new StoreStatistics(3, -1, 0, 17, -1), StoreStatistics.of(3, 17));
        assertEquals(new Usage(3, -1, null), Usage.of(3));
        assertEquals(new SenderUsage(Jid.of("juliet@localhost"), 3), SenderUsage.of(Jid.of("juliet@localhost"), 3));
    }

    @Test
    void eachFigureIsAddedToTheOthers() {
        assertEquals(
                new StoreStatistics(3, 2, 1, 17, 100),
                StoreStatistics.of(3, 17).withBytes(100).withQuarantined(1).withOwners(2));
        assertEquals(
                new Usage(3, 100, Instant.EPOCH),
                Usage.of(3).withOldest(Instant.EPOCH).withBytes(100));
    }

    @Test
    void aUsageIsCheckedHoweverItIsMade() {
        assertThrows(IllegalArgumentException.class, () -> Usage.of(-1));
    }
}
