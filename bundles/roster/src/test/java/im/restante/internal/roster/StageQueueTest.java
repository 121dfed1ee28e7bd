package im.restante.internal.roster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StageQueueTest {
    private static final int MANY = 10 * StageQueue.TURNS;

    private final Queue<Runnable> workers = new ArrayDeque<>();
    private final StageQueue tasks = new StageQueue(workers::add);
    private final List<Integer> begun = new ArrayList<>();

    private void add(int number, CompletableFuture<Void> end) {
        tasks.run(() -> {
            begun.add(number);
            return end;
        });
    }

    @Test
    void whoeverCompletesATaskDoesNotHaveToBeginAllThatWaited() {
        CompletableFuture<Void> write = new CompletableFuture<>();
        add(0, write);
        for (int i = 1; i < MANY; i++) {
            add(i, CompletableFuture.completedFuture(null));
        }
        assertEquals(1, begun.size());
        write.complete(null); // on the store's thread
        assertEquals(1 + StageQueue.TURNS, begun.size());
        int steps = 0;
        for (Runnable step = workers.poll(); step != null; step = workers.poll()) {
            step.run();
            steps++;
        }
        assertEquals(MANY, begun.size());
        assertEquals(MANY - 1, begun.get(MANY - 1));
        assertEquals(MANY / StageQueue.TURNS - 1, steps);
    }

    @Test
    void writesFollowEachOtherWithoutAWorker() {
        List<CompletableFuture<Void>> writes = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            writes.add(new CompletableFuture<>());
            add(i, writes.get(i));
        }
        for (int i = 0; i < MANY; i++) {
            assertEquals(i + 1, begun.size());
            writes.get(i).complete(null);
        }
        assertEquals(0, workers.size());
    }
}
