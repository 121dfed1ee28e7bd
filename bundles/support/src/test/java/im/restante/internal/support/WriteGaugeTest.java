package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WriteGaugeTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final WriteGauge gauge = new WriteGauge();

    @Test
    void aBatchThatIsNotWrittenInHalfAMinuteIsStuck() {
        gauge.begins(0);
        assertNull(gauge.trouble(30 * SECOND));
        assertTrue(gauge.trouble(31 * SECOND).startsWith("the writer has been busy with one batch for 30 s"));
        gauge.rests();
        assertNull(gauge.trouble(31 * SECOND));
    }

    @Test
    void aFailureCountsUntilACommitThatNeedsRoomOrForHalfAMinute() {
        gauge.failed("the disk is full", 0);
        assertEquals("the disk is full", gauge.trouble(SECOND));
        assertNull(gauge.trouble(31 * SECOND));
        gauge.failed("the disk is full", 0);
        gauge.committed(1, SECOND / 2, false);
        assertEquals("the disk is full", gauge.trouble(SECOND), "what was removed needed no room");
        gauge.committed(3, SECOND / 2, true);
        assertNull(gauge.trouble(SECOND));
        assertEquals(4, gauge.batches().sum());
        assertEquals(1, gauge.commits().sum());
        gauge.failed("the database is gone", 0);
        gauge.works();
        assertNull(gauge.trouble(SECOND));
    }
}
