package im.restante.internal.store.jdbc;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/** Says a trouble once, repeats it at most every half minute, and says when it is over. */
final class TroubleLog {
    private static final long REPEAT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Logger log;
    private String said;
    private long saidAt;
    private long unsaid;

    TroubleLog(Logger log) {
        this.log = log;
    }

    synchronized void report(String text) {
        long now = System.nanoTime();
        if (text.equals(said) && now - saidAt < REPEAT_NANOS) {
            unsaid++;
            return;
        }
        if (unsaid > 0) {
            log.error("{} (and {} times more before)", text, unsaid);
        } else {
            log.error("{}", text);
        }
        said = text;
        saidAt = now;
        unsaid = 0;
    }

    /** @return whether there had been trouble */
    synchronized boolean over() {
        boolean had = said != null;
        said = null;
        unsaid = 0;
        return had;
    }
}
