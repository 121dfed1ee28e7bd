package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HistogramTest {
    private final Histogram histogram = new Histogram(1, 10);

    @Test
    void aSizeFallsIntoTheFirstBucketThatItDoesNotExceed() {
        for (double size : new double[] {0, 1, 1.5, 10, 11}) {
            histogram.add(size);
        }
        assertArrayEquals(new long[] {2, 2, 1}, histogram.counts());
        assertEquals(23.5, histogram.sum());
    }

    @Test
    void beforeAnythingIsCountedAllIsZero() {
        assertArrayEquals(new long[3], histogram.counts());
        assertArrayEquals(new double[] {1, 10}, histogram.bounds());
        assertEquals(0, histogram.sum());
    }
}
