package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {
    @Test
    void handsWhatComesTogetherToOneWorker() {
        AtomicInteger handovers = new AtomicInteger();
        List<Runnable> handedOver = new ArrayList<>();
        SerialExecutor executor = new SerialExecutor(task -> {
            handovers.incrementAndGet();
            handedOver.add(task);
        });
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 512; i++) {
            int number = i;
            executor.execute(() -> ran.add(number));
        }
        assertEquals(1, handovers.get());
        handedOver.get(0).run();
        assertEquals(512, ran.size());
        assertTrue(executor.isIdle());
        executor.execute(() -> ran.add(512));
        assertEquals(2, handovers.get());
    }

    @Test
    void goesOnAfterATaskThatThrows() {
        SerialExecutor executor = new SerialExecutor(Runnable::run);
        List<String> ran = new ArrayList<>();
        executor.execute(() -> {
            throw new IllegalStateException("broken on purpose");
        });
        executor.execute(() -> ran.add("next"));
        assertEquals(List.of("next"), ran);
    }
}
