package im.restante.internal.support;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Says each kind of trouble once a minute at most, with how often it was met meanwhile, and says when it is over. Trouble that comes and
 * goes, as where a full disk takes removals and no messages, is said once in ten seconds at most.
 */
public final class TroubleLog {
    private static final long REPEAT_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Kinds remembered. */
    private static final int MOST = 16;

    private final Logger log;
    private final LongSupplier nanoTime;
    private final Map<String, Said> said = new LinkedHashMap<>();
    /** Whether something was said since it was over last. */
    private boolean isSaid;

    private static final class Said {
        long at;
        long unsaid;
        boolean isOver;
    }

    public TroubleLog(Logger log) {
        this(log, System::nanoTime);
    }

    public TroubleLog(Logger log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
    }

    /** @param text of one kind are those that differ in numbers alone */
    public synchronized void report(String text) {
        long now = nanoTime.getAsLong();
        Said kind = said.get(kind(text));
        if (kind == null) {
            if (said.size() == MOST) {
                said.remove(said.keySet().iterator().next());
            }
            kind = new Said();
            said.put(kind(text), kind);
        } else if (now - kind.at < (kind.isOver ? AGAIN_NANOS : REPEAT_NANOS)) {
            kind.unsaid++;
            return;
        }
        if (kind.unsaid > 0) {
            log.error("{} (and {} times more before)", text, kind.unsaid);
        } else {
            log.error("{}", text);
        }
        kind.at = now;
        kind.unsaid = 0;
        kind.isOver = false;
        isSaid = true;
    }

    private static String kind(String text) {
        return text.replaceAll("[0-9]+", "0");
    }

    /** @return whether there had been trouble that was said, so that its end should be, too */
    public synchronized boolean over() {
        boolean had = isSaid;
        isSaid = false;
        said.values().forEach(kind -> kind.isOver = true);
        return had;
    }
}
