package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HandshakesTest {
    private final Handshakes handshakes = new Handshakes(1);
    private final BlockingQueue<String> went = new LinkedBlockingQueue<>();

    private void waits(String whose) {
        Thread thread = new Thread(() -> {
            handshakes.of(whose).acquire();
            went.add(whose);
        });
        thread.setDaemon(true);
        thread.start();
        while (thread.getState() != Thread.State.WAITING) {
            assertTrue(thread.isAlive(), "it did not wait");
            Thread.onSpinWait();
        }
    }

    @Test
    void whoAsksForManyWaitsForItself() throws Exception {
        Handshakes.Permit permit = handshakes.of("many");
        permit.acquire();
        waits("many");
        waits("many");
        waits("many");
        waits("few");
        assertNull(went.poll());
        StringBuilder order = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            permit.release(); // who has got it gives it back, too
            order.append(went.poll(20, TimeUnit.SECONDS)).append(' ');
        }
        assertEquals("many few many many ", order.toString());
    }

    @Test
    void nobodyWaitsForWhatIsGivenBack() {
        for (int i = 0; i < 3; i++) {
            Handshakes.Permit permit = handshakes.of("one");
            permit.acquire();
            permit.release();
        }
    }
}
