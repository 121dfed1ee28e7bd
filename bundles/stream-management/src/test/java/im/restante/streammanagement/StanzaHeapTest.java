package im.restante.streammanagement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.xml.HeapBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class StanzaHeapTest {
    private static final int KIB = 1024;

    private long total = 400 * KIB;
    private final StanzaHeap heap = new StanzaHeap(() -> total, StanzaHeap.GRANTED);

    @Test
    void aConnectionHasAQuarterAtMost() {
        HeapBudget share = heap.share();
        assertTrue(share.take(100 * KIB));
        assertFalse(share.take(1));
        assertEquals(100 * KIB, heap.taken());
        share.give(100 * KIB);
        assertTrue(share.take(50 * KIB));
        assertEquals(50 * KIB, heap.taken());
    }

    @Test
    void whereNothingIsLeftTheSmallOnesGoOn() {
        for (int i = 0; i < 4; i++) {
            assertTrue(heap.share().take(100 * KIB));
        }
        HeapBudget small = heap.share();
        assertTrue(small.take(StanzaHeap.GRANTED));
        assertFalse(small.take(1));
        assertEquals(400 * KIB + StanzaHeap.GRANTED, heap.taken());
        small.give(StanzaHeap.GRANTED);
        assertTrue(small.take(StanzaHeap.GRANTED - 1));
    }

    @Test
    void theTotalChangesWhileItIsInUse() {
        HeapBudget share = heap.share();
        assertTrue(share.take(100 * KIB));
        total = 80 * KIB;
        assertFalse(share.take(1));
        share.give(90 * KIB);
        assertTrue(share.take(10 * KIB));
        total = 800 * KIB;
        assertTrue(share.take(180 * KIB));
    }

    /** Four fit, whoever of the eight comes first. */
    @Test
    void thoseWhoAskAtOnceNeverGetMoreThanThereIs() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 2_000; round++) {
                StanzaHeap shared = new StanzaHeap(() -> 400, 0);
                CyclicBarrier start = new CyclicBarrier(8);
                List<Future<Boolean>> answers = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    answers.add(pool.submit(() -> {
                        HeapBudget share = shared.share();
                        start.await();
                        return share.take(100);
                    }));
                }
                int granted = 0;
                for (Future<Boolean> answer : answers) {
                    granted += answer.get() ? 1 : 0;
                }
                assertEquals(4, granted);
                assertEquals(400, shared.taken());
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
