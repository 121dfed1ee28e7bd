package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThreadsTest {
    @Test
    void virtualThreadsAreThereWhereTheJvmHasThem() {
        assertEquals(Runtime.version().feature() >= 21, Threads.virtual().isPresent());
    }

    @Test
    void withoutThemAPoolOfDaemonsDoesTheTasks() throws Exception {
        ExecutorService pool = Threads.pool("some", 2);
        try {
            String name = pool.submit(() -> Thread.currentThread().getName()
                            + Thread.currentThread().isDaemon())
                    .get(20, TimeUnit.SECONDS);
            assertEquals("some-1true", name);
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void tasksRunOnWhateverThereIs() throws Exception {
        ExecutorService tasks = Threads.tasks("some", 2);
        try {
            assertTrue(tasks.submit(() -> Thread.currentThread().isDaemon()).get(20, TimeUnit.SECONDS));
        } finally {
            tasks.shutdown();
        }
    }
}
