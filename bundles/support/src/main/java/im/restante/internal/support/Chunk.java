package im.restante.internal.support;

import java.util.ArrayList;
import java.util.List;

/** A run of rows that go into one statement. */
public record Chunk(int from, int size) {
    /** {@code count} rows cut into the sizes at hand, given greatest first and ending with 1. */
    public static List<Chunk> of(int count, int[] sizes) {
        List<Chunk> chunks = new ArrayList<>();
        int from = 0;
        for (int size : sizes) {
            while (count - from >= size) {
                chunks.add(new Chunk(from, size));
                from += size;
            }
        }
        return chunks;
    }

    public <T> List<T> of(List<T> rows) {
        return rows.subList(from, from + size);
    }
}
