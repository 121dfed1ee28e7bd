package im.restante.store;

import static java.util.Objects.requireNonNull;

/**
 * On what terms a store takes a message.
 *
 * <p>A store that counts no totals, as one written before there were any, reads {@code limit} and {@code onFull} alone: it takes what
 * {@code total} would refuse, and nothing but the limits of its pairs bounds what waits for an owner there. It does not pass
 * {@code MessageStoreContract}.
 *
 * @param limit  messages of the pair that may wait, this one included; 0 keeps none, negative is no limit
 * @param onFull what to do with a message beyond it, or beyond {@code total}
 * @param total  what may wait for the owner, this message included
 */
public record Admission(int limit, OnFull onFull, OwnerLimit total) {
    /** Taken whatever waits already; it still counts. */
    public static final Admission UNLIMITED = of(-1, OnFull.REFUSE);

    /** What a limit that was reached means for the store. */
    public enum OnFull {
        /** Answer {@link Appended.Full}; nothing changes. */
        REFUSE,
        /**
         * Remove the oldest messages of the pair, as many as it takes, in the same step. If the message would not fit even with all of
         * them gone, as with limit 0, or for what others have sent to the owner: refuse, and remove none.
         */
        EVICT_OLDEST
    }

    public Admission {
        requireNonNull(onFull, "onFull");
        requireNonNull(total, "total");
    }

    /**
     * Without a limit for what waits for the owner in all.
     *
     * @param limit  messages of the pair that may wait, this one included; 0 keeps none, negative is no limit
     * @param onFull what to do with a message beyond it
     */
    public static Admission of(int limit, OnFull onFull) {
        return new Admission(limit, onFull, OwnerLimit.NONE);
    }

    /** The same with a limit for what may wait for the owner, from all senders together. */
    public Admission withTotal(OwnerLimit limitOfOwner) {
        return new Admission(limit, onFull, limitOfOwner);
    }
}
