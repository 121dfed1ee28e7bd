package im.restante.internal.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.home.Homes;
import im.restante.jid.Jid;
import im.restante.store.Fence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The ids of one node among many, in several partitions. */
class PartitionIdsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T20:00:00Z");
    private static final int NODE_SHIFT = 14;
    private static final int TIME_SHIFT = 22;
    private static final long LAST_COUNT = (1 << NODE_SHIFT) - 1;

    /** Each of partition 0 to 9, as the name ends. */
    private static final Jid ROMEO = Jid.of("owner0@localhost");

    private static final Jid JULIET = Jid.of("owner1@localhost");

    private static PartitionIds node(int node) {
        return new PartitionIds(new Homes() {
            @Override
            public Fence fence(Jid owner) {
                return new Fence(owner.local().charAt(owner.local().length() - 1) - '0', 7);
            }

            @Override
            public int node() {
                return node;
            }
        });
    }

    static IntStream nodes() {
        return IntStream.range(0, 256);
    }

    /** An id as a node gives it, written down anew. */
    private static long id(Instant time, int node, long count) {
        long millis =
                Duration.between(Instant.parse("2020-01-01T00:00:00Z"), time).toMillis();
        return (millis << TIME_SHIFT) + ((long) node << NODE_SHIFT) + count;
    }

    private static void isOf(int node, long id) {
        assertEquals(node, id >> NODE_SHIFT & 255);
    }

    /** The id that the same node would give before this one. */
    private static long before(long id) {
        long count = id & LAST_COUNT;
        return count > 0 ? id - 1 : id - (1L << TIME_SHIFT) + LAST_COUNT;
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void everyNodeCountsToItsLastIdOfAMillisecondAndGoesOnWithItsFirstOfTheNext(int node) {
        PartitionIds ids = node(node);
        assertEquals(id(NOW, node, 0), ids.next(ROMEO, NOW));
        for (long count = 1; count <= LAST_COUNT; count++) {
            assertEquals(id(NOW, node, count), ids.next(ROMEO, NOW));
        }
        assertEquals(id(NOW.plusMillis(1), node, 0), ids.next(ROMEO, NOW));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aClockThatIsSetBackLeavesTheOrderAndTheNode(int node) {
        PartitionIds ids = node(node);
        long last = ids.next(ROMEO, NOW);
        for (int hours = 1; hours < 100; hours++) {
            long id = ids.next(ROMEO, NOW.minus(Duration.ofHours(hours)));
            assertEquals(last + 1, id);
            isOf(node, id);
            last = id;
        }
    }

    /** Floors of all nodes, the own one too, at the ends and in the midst of what they count. */
    @ParameterizedTest
    @MethodSource("nodes")
    void aboveAFloorOfWhicheverNodeComesTheSmallestIdOfTheOwnNode(int node) {
        for (int other = 0; other < 256; other++) {
            for (long count : new long[] {0, 1, 4711, LAST_COUNT - 1, LAST_COUNT}) {
                long floor = id(NOW, other, count);
                PartitionIds ids = node(node);
                ids.floor(0, floor);
                long id = ids.next(ROMEO, NOW.minusSeconds(60));
                isOf(node, id);
                assertTrue(id > floor, () -> "floor of " + floor);
                assertTrue(before(id) <= floor, () -> "a smaller one would do above " + floor);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void idsGrowAndStayTheNodesOwnWhateverHappens(int node) {
        PartitionIds ids = node(node);
        Random random = new Random(node);
        long[] last = new long[10];
        for (int i = 0; i < 5_000; i++) {
            int part = random.nextInt(3);
            if (random.nextInt(20) == 0) {
                long floor = id(NOW.plusMillis(random.nextInt(1_000)), random.nextInt(256), random.nextInt(1 << 14));
                ids.floor(part, floor);
                last[part] = Math.max(last[part], floor);
            }
            Jid owner = Jid.of("owner" + part + "@localhost");
            long id = ids.next(owner, NOW.plusMillis(random.nextInt(1_000) - 500));
            isOf(node, id);
            assertTrue(id > last[part], "partition " + part);
            assertEquals(id, ids.last(owner));
            last[part] = id;
        }
    }

    @Test
    void theFloorOfOnePartitionIsNoOthers() {
        PartitionIds ids = node(3);
        ids.floor(0, id(NOW.plusSeconds(5), 9, 17));
        ids.floor(1, id(NOW.plusSeconds(1), 2, 17));
        assertEquals(id(NOW.plusSeconds(5).plusMillis(1), 3, 0), ids.next(ROMEO, NOW));
        assertEquals(id(NOW.plusSeconds(1), 3, 0), ids.next(JULIET, NOW));
        assertEquals(id(NOW, 3, 0), ids.next(Jid.of("owner2@localhost"), NOW));
        assertEquals(id(NOW.plusSeconds(5).plusMillis(1), 3, 0), ids.last(ROMEO));
        assertEquals(ids.last(ROMEO), ids.largest());
    }

    @Test
    void aLowerFloorChangesNothing() {
        PartitionIds ids = node(3);
        long first = ids.next(ROMEO, NOW);
        ids.floor(0, first - 1);
        ids.floor(first - 1);
        ids.above(ROMEO, first);
        assertEquals(first + 1, ids.next(ROMEO, NOW));
    }

    @Test
    void aFloorOfAllIsAlsoThatOfAPartitionThatHasGivenNothingYet() {
        PartitionIds ids = node(3);
        ids.next(ROMEO, NOW);
        long floor = id(NOW.plusSeconds(5), 3, 17);
        ids.floor(floor);
        assertEquals(floor, ids.last(JULIET));
        assertEquals(floor + 1, ids.next(ROMEO, NOW));
        assertEquals(floor + 1, ids.next(JULIET, NOW));
    }

    @Test
    void whatIsKeptForTheNodeIsKeptForAllItsPartitions() {
        PartitionIds ids = node(3);
        long romeos = ids.next(ROMEO, NOW);
        ids.keptUpTo(id(NOW.plusSeconds(60), 0, 0));
        assertEquals(romeos + 1, ids.next(ROMEO, NOW.plusSeconds(3_600)));
        ids.floor(1, romeos);
        assertEquals(romeos + 1, ids.next(JULIET, NOW.plusSeconds(3_600)));
    }

    /** Floors are raised meanwhile, as they are when pages are read. */
    @Test
    void twoThreadsNeverGetTheSameIdAndEachGetsThemInOrder() throws Exception {
        PartitionIds ids = node(200);
        int each = 100_000;
        CountDownLatch begin = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<List<Long>>> both = new ArrayList<>();
            for (int thread = 0; thread < 2; thread++) {
                both.add(threads.submit(() -> {
                    List<Long> got = new ArrayList<>(each);
                    begin.await();
                    for (int i = 0; i < each; i++) {
                        long id = ids.next(ROMEO, NOW);
                        got.add(id);
                        if (i % 1_000 == 0) {
                            ids.above(ROMEO, id + i);
                        }
                    }
                    return got;
                }));
            }
            begin.countDown();
            List<Long> first = both.get(0).get(60, TimeUnit.SECONDS);
            List<Long> second = both.get(1).get(60, TimeUnit.SECONDS);
            for (List<Long> got : List.of(first, second)) {
                got.forEach(id -> isOf(200, id));
                for (int i = 1; i < each; i++) {
                    assertTrue(got.get(i) > got.get(i - 1));
                }
            }
            assertEquals(
                    2L * each,
                    Stream.concat(first.stream(), second.stream()).distinct().count());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aNodeIsOneOf256() {
        assertThrows(IllegalArgumentException.class, () -> node(256).next(ROMEO, NOW));
        assertThrows(IllegalArgumentException.class, () -> node(-1).next(ROMEO, NOW));
    }
}
