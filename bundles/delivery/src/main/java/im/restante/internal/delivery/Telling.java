package im.restante.internal.delivery;

import im.restante.internal.support.LogLimit;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a witness what has happened: whatever comes of that changes nothing of it. */
final class Telling {
    private static final Logger LOG = LoggerFactory.getLogger(Telling.class);
    private static final LogLimit LINES = new LogLimit(Duration.ofMinutes(1), System::nanoTime);

    private Telling() {}

    static void guarded(Runnable telling) {
        try {
            telling.run();
        } catch (RuntimeException | LinkageError e) { // as one whose bundle is gone
            if (LINES.isDue()) {
                LOG.error("a witness was not told what became of a message{}", LINES.more(), e);
            }
        }
    }
}
