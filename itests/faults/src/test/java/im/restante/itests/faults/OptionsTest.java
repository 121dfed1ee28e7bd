package im.restante.itests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
    @Test
    void theLongFormBesideBusyLoopsAndDiskWriters() {
        Options options =
                Options.of("--rounds", "60", "--busy", "16", "--sync-writers", "4", "--seed", "2611", "present-kill");
        assertEquals(16, options.busy());
        assertEquals(4, options.syncWriters());
        assertEquals(2611, options.plan().seed());
        assertEquals(Set.of(Fault.PRESENT_KILL), options.plan().faults());
        assertTrue(options.plan().terms().full());
        assertTrue(options.plan().shortTimeouts());
        assertTrue(options.plan().terms().patience().factor() > 1);
    }

    @Test
    void aStallMayBeShorterAndTimeoutsTheDefault() {
        Options options = Options.of("--stall", "5", "--no-timeout-half", "--store", "mariadb", "stall-gone");
        assertEquals(5, options.plan().terms().stall().toSeconds());
        assertEquals(Place.MARIADB, options.plan().terms().place());
        assertFalse(options.plan().shortTimeouts());
    }

    @Test
    void aWordForSeveralNamesThoseThatMakeSenseWithTheStore() {
        assertEquals(
                Set.of(Fault.STALL_LOCKED, Fault.STALL_READ_ONLY, Fault.STALL_FROZEN, Fault.STALL_GONE),
                Options.of("--store", "mariadb", "stall").plan().faults());
        assertEquals(
                Set.of(Fault.STALL_LOCKED, Fault.STALL_READ_ONLY, Fault.STALL_FROZEN, Fault.STALL_GONE),
                Options.of("--store", "postgresql", "stall").plan().faults());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--rounds",
                "--rounds 0",
                "--busy many",
                "--busy -1",
                "--store h2",
                "no-such-fault",
                "stall-gone",
                "--store mariadb disk-full"
            })
    void aMistakeIsNamed(String line) {
        assertThrows(IllegalArgumentException.class, () -> Options.of(line.split(" ")));
    }
}
