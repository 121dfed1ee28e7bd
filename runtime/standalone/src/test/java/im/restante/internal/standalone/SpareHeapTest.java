package im.restante.internal.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class SpareHeapTest {
    private final HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);

    private String value(String flag) {
        return jvm.getVMOption(flag).getValue();
    }

    @Test
    void aCollectionLeavesLittleFreeAndTheFlagsAsTheyWere() {
        String least = value("MinHeapFreeRatio");
        String most = value("MaxHeapFreeRatio");
        byte[][] garbage = new byte[64][1 << 20];
        assertEquals(64, garbage.length);
        garbage = null;
        new SpareHeap().giveBack();
        Runtime heap = Runtime.getRuntime();
        assertTrue(
                heap.freeMemory() < 0.6 * heap.totalMemory() || heap.totalMemory() < (64 << 20),
                heap.freeMemory() + " free of " + heap.totalMemory());
        assertEquals(least, value("MinHeapFreeRatio"));
        assertEquals(most, value("MaxHeapFreeRatio"));
    }
}
