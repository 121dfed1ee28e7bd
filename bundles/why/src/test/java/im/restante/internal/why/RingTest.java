package im.restante.internal.why;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.message.HistoryEntry.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RingTest {
    private static final String ROMEO = "romeo@example.org";
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
    void anEntryOfMuchTextTakesTheRoomOfManyEntries() {
        Ring ring = new Ring(4 * STRIPES);
        for (int i = 1; i <= 4; i++) {
            add(ring, ROMEO, i, 1);
        }
        add(ring, ROMEO, 5, 3);
        assertEquals(List.of(4L, 5L), times(ring));
        add(ring, ROMEO, 6, 1);
        assertEquals(List.of(5L, 6L), times(ring));
        assertEquals(5, ring.reachesBackTo());
        assertEquals(List.of(1, 1, 2, 3), List.of(Ring.places(1), Ring.places(96), Ring.places(97), Ring.places(193)));
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
        ring.put(late, entry(ROMEO, 1, 1));
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
    void givesBackEveryFieldAsItWas() {
        Ring ring = new Ring(64 * STRIPES);
        String most = "\uD83D\uDC0D".repeat(Entry.MOST_CHARACTERS / 2);
        String longOwner = "r".repeat(1023) + "@" + "e".repeat(1023);
        List<Long> ids = LongStream.range(0, Entry.MOST_IDS)
                .mapToObj(n -> Long.MAX_VALUE - n)
                .toList();
        List<Entry> entries = List.of(
                new Entry(1, ROMEO, null, null, 0, List.of(), Kind.DROPPED, null, 1),
                new Entry(2, ROMEO, "juliet@example.org", "", Long.MAX_VALUE, List.of(), Kind.STORED, "", 2),
                new Entry(3, ROMEO, "juliet@example.org", most, 1, List.of(), Kind.ACCOUNT_REMOVED, most, 1 << 30),
                new Entry(4, ROMEO, null, null, 0, ids, Kind.PROVED, "to romeo@example.org/orchard", 3));
        entries.forEach(entry -> add(ring, entry));
        List<Entry> kept = new ArrayList<>();
        ring.forEach((stripe, place, entry) -> kept.add(entry));
        assertEquals(entries, kept);

        Entry ofLongNames = new Entry(5, longOwner, longOwner, most, 7, List.of(), Kind.LOST, most, 4);
        Ring other = new Ring(64 * STRIPES);
        add(other, ofLongNames);
        other.forEach((stripe, place, entry) -> assertEquals(ofLongNames, entry));
        assertEquals(List.of(5L), times(other));
    }

    /** A thread that is put to sleep while it writes leaves out an entry of its own or of the one that comes round: a hole. */
    @Test
    void keepsTheNewestOfEachThreadInItsOrderWhenManyAddAtOnce() throws Exception {
        int places = 1024;
        int threads = 4;
        int each = 20_000;
        Ring ring = new Ring(places * STRIPES);
        ExecutorService adding = Executors.newFixedThreadPool(threads);
        AtomicInteger busy = new AtomicInteger(threads);
        List<Future<Long>> newest = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            long id = t;
            newest.add(adding.submit(() -> {
                long n = 0;
                while (busy.get() > 0) { // all go on until the last has added enough, so that what is kept is of many
                    add(ring, new Entry(++n, ROMEO, null, null, id, List.of(), Kind.STORED, null, 1));
                    if (n == each) {
                        busy.decrementAndGet();
                    }
                }
                return n;
            }));
        }
        adding.shutdown();
        assertTrue(adding.awaitTermination(60, TimeUnit.SECONDS));
        Map<Long, List<Long>> keptOfEach = new HashMap<>();
        ring.forEach((stripe, place, entry) ->
                keptOfEach.computeIfAbsent(entry.id(), id -> new ArrayList<>()).add(entry.millis()));
        long kept = 0;
        long holes = 0;
        for (Map.Entry<Long, List<Long>> one : keptOfEach.entrySet()) {
            List<Long> its = one.getValue();
            assertEquals(its.stream().sorted().distinct().toList(), its);
            kept += its.size();
            holes += newest.get(one.getKey().intValue()).get() - its.get(0) + 1 - its.size();
        }
        assertTrue(holes <= threads, "each up to its newest: " + keptOfEach);
        assertTrue(places - kept <= threads, kept + " kept");
    }

    @Test
    void aReaderSeesNoEntryThatIsMadeOfTwo() throws Exception {
        Ring ring = new Ring(8 * STRIPES);
        int threads = 3;
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService adding = Executors.newFixedThreadPool(threads);
        for (int t = 0; t < threads; t++) {
            long millis = t;
            String text = String.valueOf((char) ('a' + t)).repeat(60 * (t + 1)); // of one, two and three places
            adding.execute(() -> {
                while (!over.get()) {
                    add(ring, new Entry(millis, ROMEO, text, text, millis, List.of(), Kind.STORED, null, 1));
                }
            });
        }
        int seen = 0;
        while (seen < 20_000) {
            List<Entry> kept = new ArrayList<>();
            ring.forEach((stripe, place, entry) -> kept.add(entry));
            for (Entry entry : kept) {
                String text = String.valueOf((char) ('a' + entry.millis())).repeat(60 * ((int) entry.millis() + 1));
                assertEquals(text, entry.sender());
                assertEquals(text, entry.messageId());
                assertEquals(entry.millis(), entry.id());
                seen++;
            }
        }
        over.set(true);
        adding.shutdown();
        assertTrue(adding.awaitTermination(30, TimeUnit.SECONDS));
    }

    private static void add(Ring ring, String owner, long millis, int places) {
        add(ring, entry(owner, millis, places));
    }

    private static void add(Ring ring, Entry entry) {
        ring.put(ring.claim(entry.owner(), Ring.places(Packed.characters(entry))), entry);
    }

    private static Entry entry(String owner, long millis, int places) {
        String reason = places == 1 ? null : "x".repeat((places - 1) * Ring.PLACE_CHARACTERS);
        return new Entry(millis, owner, null, "m", millis, List.of(), Kind.STORED, reason, 1);
    }

    private static List<Long> times(Ring ring) {
        List<Long> times = new ArrayList<>();
        ring.forEach((stripe, place, entry) -> times.add(entry.millis()));
        return times;
    }
}
