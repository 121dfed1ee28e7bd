package im.restante.internal.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.store.MessageKind;
import im.restante.store.StoredMessage;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnstoredTest {
    private static final StoredMessage ROW = StoredMessage.of(
                    1, Jid.of("romeo@localhost"), Jid.of("juliet@localhost"), Instant.EPOCH, new byte[1 << 20])
            .withKind(MessageKind.RETURNED);

    @Test
    void admitsUpToTheBoundAndAgainWhatHasFoundRoom() {
        Unstored unstored = new Unstored();
        List<StoredMessage> most = Collections.nCopies((int) (Unstored.MOST_BYTES / ROW.sizeBytes()), ROW);
        assertTrue(unstored.set(ROW.owner(), 1, most));
        assertFalse(unstored.set(ROW.owner(), 2, List.of(ROW)));
        assertEquals(most.size(), unstored.count());
        unstored.remove(ROW.owner(), 1);
        assertEquals(0, unstored.count());
        assertTrue(unstored.set(ROW.owner(), 2, List.of(ROW)));
    }
}
