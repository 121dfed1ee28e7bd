package im.restante.internal.why;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RingTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final int STRIPES = 4;

    @Test
    void keepsTheNewestOfAnOwnerInTheirOrder() {
        Ring ring = new Ring(3 * STRIPES, 1 << 20);
        for (int i = 1; i <= 7; i++) {
            ring.add(entry(ROMEO, i, "m"));
        }
        assertEquals(List.of(5L, 6L, 7L), times(ring));
        assertEquals(4, ring.reachesBackTo(ROMEO), "the last one forgotten");
    }

    @Test
    void isBoundedInBytesToo() {
        long room = 2L * entry(ROMEO, 1, "x".repeat(1000)).bytes() + 10;
        Ring ring = new Ring(100 * STRIPES, room * STRIPES);
        for (int i = 1; i <= 5; i++) {
            ring.add(entry(ROMEO, i, "x".repeat(1000)));
        }
        assertEquals(List.of(4L, 5L), times(ring));
        ring.add(entry(ROMEO, 6, "x".repeat(100_000)));
        assertEquals(List.of(6L), times(ring), "one that is larger than all stands alone");
        ring.add(entry(ROMEO, 7, "x"));
        assertEquals(List.of(7L), times(ring));
    }

    @Test
    void hasForgottenNothingBeforeItIsFull() {
        Ring ring = new Ring(3 * STRIPES, 1 << 20);
        ring.add(entry(ROMEO, 5, "m"));
        assertEquals(0, ring.reachesBackTo());
    }

    @Test
    void keepsItsBoundWhenManyAddAtOnce() throws Exception {
        Ring ring = new Ring(64, 1 << 20);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int t = 0; t < 4; t++) {
            threads.execute(() -> {
                for (int i = 0; i < 20_000; i++) {
                    ring.add(entry(Jid.of("user" + i % 50 + "@example.org"), i, "m"));
                }
            });
        }
        threads.shutdown();
        assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS));
        assertEquals(64, times(ring).size());
    }

    private static Entry entry(Jid owner, long millis, String id) {
        return new Entry(millis, owner, null, id, List.of(millis), What.STORED, null, 1);
    }

    private static List<Long> times(Ring ring) {
        List<Long> times = new ArrayList<>();
        ring.forEach(entry -> times.add(entry.millis()));
        return times;
    }
}
