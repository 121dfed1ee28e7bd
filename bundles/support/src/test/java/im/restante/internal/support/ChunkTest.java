package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkTest {
    private static final int[] SIZES = {64, 16, 4, 1};

    @Test
    void rowsGoIntoTheFewestStatements() {
        assertEquals(
                List.of(new Chunk(0, 64), new Chunk(64, 64), new Chunk(128, 4), new Chunk(132, 1), new Chunk(133, 1)),
                Chunk.of(134, SIZES));
        assertEquals(List.of(), Chunk.of(0, SIZES));
    }

    @Test
    void aChunkNamesItsRows() {
        assertEquals(List.of(3, 4), new Chunk(2, 2).of(List.of(1, 2, 3, 4, 5)));
    }
}
