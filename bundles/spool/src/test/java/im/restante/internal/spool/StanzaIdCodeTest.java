package im.restante.internal.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StanzaIdCodeTest {
    private static final byte[] KEY = "a key of thirty-two bytes, or so".getBytes(UTF_8);
    private static final int THREADS = 4;
    private static final int IDS = 20_000;

    @Test
    void ownersWhoShareItGetTheirIdsAtTheSameTime() throws Exception {
        StanzaIdCode shared = new StanzaIdCode();
        CyclicBarrier together = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<List<String>>> found = new ArrayList<>();
            for (int n = 0; n < THREADS; n++) {
                String owner = "owner" + n + "@localhost";
                found.add(threads.submit((Callable<List<String>>) () -> {
                    together.await(10, TimeUnit.SECONDS);
                    return ids(shared, owner);
                }));
            }
            for (int n = 0; n < THREADS; n++) {
                assertEquals(
                        ids(new StanzaIdCode(), "owner" + n + "@localhost"),
                        found.get(n).get(30, TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<String> ids(StanzaIdCode code, String owner) {
        List<String> ids = new ArrayList<>();
        for (int id = 0; id < IDS; id++) {
            ids.add(new String(code.of(KEY, owner.getBytes(UTF_8), id), UTF_8));
        }
        return ids;
    }
}
