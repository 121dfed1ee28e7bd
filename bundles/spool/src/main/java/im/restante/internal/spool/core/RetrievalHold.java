package im.restante.internal.spool.core;

import im.restante.spool.Recipient;
import java.util.HashSet;
import java.util.Set;

/**
 * Keeps what waits back from all sessions of an owner while one of them lives that deals with it by hand (XEP-0013 §2.2). What
 * waits is what came while nobody was available: ids up to that of the last moment without a session. What came since is live, and
 * goes its way even where that leads through the spool.
 */
final class RetrievalHold {
    private final Set<Recipient> askers = new HashSet<>(0);
    /** Available when they were cut, and may come back: meanwhile nobody is away. */
    private final Set<Recipient> cut = new HashSet<>(0);

    private long waitingUpTo;
    private boolean on;

    boolean isOn() {
        return on;
    }

    /** The last id of what waits while somebody is available. */
    long waitingUpTo() {
        return waitingUpTo;
    }

    /** Ids up to it are handed to nobody; 0 for none. */
    long floor() {
        return on ? waitingUpTo : 0;
    }

    void asks(Recipient session) {
        askers.add(session);
        on = true;
    }

    /**
     * A session has become available.
     *
     * @param alone whether no other was
     * @param last  the last id given
     */
    void available(Recipient session, boolean alone, long last) {
        boolean back = cut.remove(session);
        if (alone && !back && cut.isEmpty()) {
            waitingUpTo = last;
        }
    }

    /** A session that was available was cut, and may come back. */
    void suspended(Recipient session) {
        cut.add(session);
    }

    /**
     * A session has ended.
     *
     * @return whether that lets go of what was held
     */
    boolean ended(Recipient session) {
        cut.remove(session);
        boolean last = askers.remove(session) && askers.isEmpty();
        on = !askers.isEmpty();
        return last;
    }
}
