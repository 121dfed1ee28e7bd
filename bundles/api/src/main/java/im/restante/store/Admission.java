package im.restante.store;

import static java.util.Objects.requireNonNull;

/**
 * On what terms a store takes a message.
 *
 * @param limit  messages of the pair that may wait, this one included; 0 keeps none, negative is no limit
 * @param onFull what to do with a message beyond it
 */
public record Admission(int limit, OnFull onFull) {
    /** Taken whatever waits already; it still counts. */
    public static final Admission UNLIMITED = new Admission(-1, OnFull.REFUSE);

    /** What a full pair means for the store. */
    public enum OnFull {
        /** Answer {@link Appended.Full}; nothing changes. */
        REFUSE,
        /** Remove the oldest messages of the pair, as many as it takes, in the same step. With limit 0 nothing fits: refuse. */
        EVICT_OLDEST
    }

    public Admission {
        requireNonNull(onFull, "onFull");
    }
}
