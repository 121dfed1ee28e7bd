package im.restante.streammanagement;

import im.restante.internal.support.LogLimits;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** What all streams of a server share. Safe for concurrent use. */
public final class ManagedStreams {
    /** What a request for an acknowledgement waits for what came before it to be final. */
    private static final Duration ANSWER_WITHIN = Duration.ofMillis(200);

    private final Supplier<StreamBounds> bounds;
    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Resumptions resumptions;
    private final VerdictRoom verdictRoom = new VerdictRoom();
    private final LogLimits lines = new LogLimits(System::nanoTime);
    private volatile Duration answerWithin = ANSWER_WITHIN;

    /**
     * @param bounds asked each time
     * @param timer  runs a task after a delay, on a thread that must not be blocked
     */
    public ManagedStreams(Supplier<StreamBounds> bounds, BiFunction<Duration, Runnable, Future<?>> timer) {
        this.bounds = bounds;
        this.timer = timer;
        this.resumptions = new Resumptions(timer);
    }

    /** Those that can be resumed. */
    public Resumptions resumptions() {
        return resumptions;
    }

    /** Room for stanzas whose verdict is open. */
    public VerdictRoom verdictRoom() {
        return verdictRoom;
    }

    /** How long a request for an acknowledgement (XEP-0198 §4) may wait for what came before it to be final. */
    Duration answerWithin() {
        return answerWithin;
    }

    /** For tests, which know no hurry. */
    public void answerWithin(Duration other) {
        answerWithin = other;
    }

    StreamBounds bounds() {
        return bounds.get();
    }

    Future<?> later(Duration delay, Runnable task) {
        return timer.apply(delay, task);
    }

    /** For what may be said as often as clients like: one line a minute of each kind. */
    LogLimits lines() {
        return lines;
    }
}
