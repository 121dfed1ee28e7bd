package im.restante.internal.routing;

import im.restante.jid.Jid;
import im.restante.spool.Envelope;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One stanza of a client whose verdict is open: it waits to be routed, or an owner's spool has it. Whoever routes it and its deadline
 * decide once between them: what has not begun to be routed when the deadline passes is never routed.
 */
final class OpenVerdict {
    private enum State {
        /** For what must be known before it is routed. */
        WAITING,
        /** It is being routed. */
        ROUTING,
        /** A spool has it. */
        DELIVERED,
        /** The deadline passed while it was being routed. */
        LATE,
        /** The deadline passed while it waited. */
        EXPIRED
    }

    /** When the stanza came from the reader, in nanoseconds of the session's clock. */
    final long since;

    // links of OpenVerdicts, guarded by its lock
    OpenVerdict before;
    OpenVerdict after;
    boolean listed;

    private final Router router;
    private final Runnable onExpired;
    private final AtomicReference<State> state;
    private Jid owner; // written before DELIVERED or LATE are read
    private Envelope envelope;

    private OpenVerdict(long since, Router router, State state, Runnable onExpired) {
        this.since = since;
        this.router = router;
        this.state = new AtomicReference<>(state);
        this.onExpired = onExpired;
    }

    /** Of a stanza that cannot be routed yet. @param onExpired gives it its verdict; runs once, and instead of {@link #begin} */
    static OpenVerdict waiting(long since, Router router, Runnable onExpired) {
        return new OpenVerdict(since, router, State.WAITING, onExpired);
    }

    /** Of a stanza that is being routed without having waited. */
    static OpenVerdict routing(long since, Router router) {
        return new OpenVerdict(since, router, State.ROUTING, () -> {});
    }

    /** It may be routed now; false if its deadline has passed, and it has its verdict. */
    boolean begin() {
        return state.compareAndSet(State.WAITING, State.ROUTING);
    }

    /** A spool has it, and decides about it from here on. */
    void delivered(Jid account, Envelope handedOver) {
        owner = account;
        envelope = handedOver;
        if (!state.compareAndSet(State.ROUTING, State.DELIVERED)) {
            router.expire(owner, envelope);
        }
    }

    /** Its deadline has passed; called once. */
    void expire() {
        if (state.compareAndSet(State.WAITING, State.EXPIRED)) {
            onExpired.run();
        } else if (!state.compareAndSet(State.ROUTING, State.LATE)) {
            router.expire(owner, envelope);
        }
    }
}
