package im.restante.limit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** Whether a client may do what it asks for. */
public sealed interface Permission {
    /** Do it now. */
    Permission GRANTED = new Granted();

    /**
     * Do it after a pause. The client waits meanwhile, and so does the thread that reads it: seconds, not minutes.
     *
     * @param pause longer than zero
     */
    static Delayed delayed(Duration pause) {
        return new Delayed(pause);
    }

    /**
     * Not now. The client may ask again later.
     *
     * @param limit which limit says so, as its configuration key; one word, for the log
     * @param text  one sentence for the client
     */
    static Refused refused(String limit, String text) {
        return new Refused(limit, text);
    }

    /** Do it now. */
    record Granted() implements Permission {}

    /**
     * Do it after a pause. The client waits meanwhile, and so does the thread that reads it: seconds, not minutes.
     *
     * @param pause longer than zero
     */
    record Delayed(Duration pause) implements Permission {
        public Delayed {
            if (pause.isNegative() || pause.isZero()) {
                throw new IllegalArgumentException("pause must be longer than zero, got " + pause);
            }
        }
    }

    /**
     * Not now. The client may ask again later.
     *
     * @param limit which limit says so, as its configuration key; one word, for the log
     * @param text  one sentence for the client
     */
    record Refused(String limit, String text) implements Permission {
        public Refused {
            requireNonNull(text, "text");
            if (limit.isEmpty() || limit.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
                throw new IllegalArgumentException("limit must be one word of printable ASCII");
            }
        }
    }
}
