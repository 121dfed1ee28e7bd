package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class TroubleLogTest {
    private final List<String> lines = new ArrayList<>();
    private long now = Long.MAX_VALUE - 5;
    private final Logger log = (Logger) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, said) -> {
                lines.add(Arrays.deepToString(Arrays.copyOfRange(said, 1, said.length)));
                return null;
            });
    private final TroubleLog troubles = new TroubleLog(log, () -> now);

    private void pass(long seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }

    @Test
    void whatGoesOnIsSaidOnceAMinuteWithItsCount() {
        for (int second = 0; second <= 60; second++) {
            troubles.report("full, " + second + " bytes");
            pass(1);
        }
        assertEquals(List.of("[full, 0 bytes]", "[full, 60 bytes, 59]"), lines);
        assertTrue(troubles.over());
        assertFalse(troubles.over());
    }

    @Test
    void whatComesAndGoesIsNotSaidEachTimeNorIsItsEnd() {
        int ends = 0;
        for (int second = 0; second < 60; second++) {
            troubles.report("full");
            ends += troubles.over() ? 1 : 0;
            pass(1);
        }
        assertEquals(6, lines.size(), lines::toString);
        assertEquals(6, ends);
    }

    @Test
    void anotherKindIsSaidAtOnce() {
        troubles.report("full");
        troubles.report("locked");
        assertEquals(List.of("[full]", "[locked]"), lines);
    }
}
