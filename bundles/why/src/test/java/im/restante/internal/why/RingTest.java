package im.restante.internal.why;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RingTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final int STRIPES = 4;

    @Test
    void keepsTheNewestOfAnOwnerInTheirOrder() {
        Ring ring = new Ring(3 * STRIPES);
        for (int i = 1; i <= 7; i++) {
            add(ring, ROMEO, i, 1);
        }
        assertEquals(List.of(5L, 6L, 7L), times(ring));
        assertEquals(5, ring.reachesBackTo(ROMEO), "the oldest that is kept");
    }

    @Test
    void anEntryOfManyBytesTakesTheRoomOfManyEntries() {
        Ring ring = new Ring(4 * STRIPES);
        for (int i = 1; i <= 4; i++) {
            add(ring, ROMEO, i, 1);
        }
        add(ring, ROMEO, 5, 3);
        assertEquals(List.of(4L, 5L), times(ring));
        add(ring, ROMEO, 6, 1);
        assertEquals(List.of(5L, 6L), times(ring));
        assertEquals(5, ring.reachesBackTo());
        assertEquals(
                List.of(1, 1, 2, 3), List.of(Ring.places(1), Ring.places(512), Ring.places(513), Ring.places(1025)));
    }

    @Test
    void hasForgottenNothingBeforeItIsFull() {
        Ring ring = new Ring(3 * STRIPES);
        for (int i = 5; i <= 7; i++) {
            add(ring, ROMEO, i, 1);
        }
        assertEquals(0, ring.reachesBackTo());
    }

    @Test
    void aThreadThatWasOvertakenByAWholeTurnWashesNothingAway() {
        Ring ring = new Ring(3 * STRIPES);
        long late = ring.claim(ROMEO, 1);
        for (int i = 2; i <= 4; i++) {
            add(ring, ROMEO, i, 1);
        }
        ring.put(entry(late, ROMEO, 1), 1);
        assertEquals(List.of(2L, 3L, 4L), times(ring));
    }

    @Test
    void whatIsNotOverwrittenYetCountsAsForgotten() {
        Ring ring = new Ring(3 * STRIPES);
        for (int i = 1; i <= 3; i++) {
            add(ring, ROMEO, i, 1);
        }
        ring.claim(ROMEO, 1);
        assertEquals(List.of(2L, 3L), times(ring));
        assertEquals(2, ring.reachesBackTo(ROMEO));
    }

    @Test
    void keepsTheNewestWhenManyAddAtOnce() throws Exception {
        Ring ring = new Ring(64);
        int threads = 4;
        int each = 20_000;
        ExecutorService adding = Executors.newFixedThreadPool(threads);
        for (int t = 0; t < threads; t++) {
            adding.execute(() -> {
                for (int i = 0; i < each; i++) {
                    add(ring, ROMEO, i, 1);
                }
            });
        }
        adding.shutdown();
        assertTrue(adding.awaitTermination(30, TimeUnit.SECONDS));
        List<Long> places = new ArrayList<>();
        ring.forEach(entry -> places.add(entry.place()));
        long all = threads * each;
        assertEquals(LongStream.range(all - 64 / STRIPES, all).boxed().toList(), places);
    }

    private static void add(Ring ring, Jid owner, long millis, int places) {
        ring.put(entry(ring.claim(owner, places), owner, millis), places);
    }

    private static Entry entry(long place, Jid owner, long millis) {
        return new Entry(place, millis, owner, null, "m", millis, null, What.STORED, null, 1);
    }

    private static List<Long> times(Ring ring) {
        List<Long> times = new ArrayList<>();
        ring.forEach(entry -> times.add(entry.millis()));
        return times;
    }
}
