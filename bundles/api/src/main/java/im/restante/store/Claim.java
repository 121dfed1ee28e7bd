package im.restante.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Decides between a store that begins to write a message and a caller whose patience has ended: exactly one of the two wins. A
 * caller that withdrew knows that the message is not stored and never will be; one that came too late waits for the answer of the
 * store, which writes the message at this moment.
 *
 * <p>One per message. Safe for concurrent use, without a lock.
 */
public final class Claim {
    /** For callers without a deadline. Shared: it belongs to the store from the start, for every message. */
    public static final Claim NEVER_WITHDRAWN = new Claim(true);

    private static final int OPEN = 0;
    private static final int BEGUN = 1;
    private static final int WITHDRAWN = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Claim.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int state;

    /** A claim that nobody has used yet. */
    public Claim() {}

    private Claim(boolean begun) {
        state = begun ? BEGUN : OPEN;
    }

    /**
     * For the store, directly before the first statement that would write the message: whether it may be written. False: it must not
     * be, now or later. Once true it stays true, so that a store may begin again after a failed try.
     */
    public boolean begin() {
        return state == BEGUN || STATE.compareAndSet(this, OPEN, BEGUN) || state == BEGUN;
    }

    /**
     * For the caller: true if the message is not stored and never will be. False: a store has begun with it, and only its answer tells.
     * Once true it stays true.
     */
    public boolean withdraw() {
        return STATE.compareAndSet(this, OPEN, WITHDRAWN) || state == WITHDRAWN;
    }

    /** Whether a store has begun with it: it may be stored, whatever became of that store. */
    public boolean isBegun() {
        return state == BEGUN;
    }

    /** Whether it was withdrawn. A store may ask, to forget early what it would not be allowed to write. */
    public boolean isWithdrawn() {
        return state == WITHDRAWN;
    }
}
