package im.restante.internal.routing;

import im.restante.session.ClientConnection;
import im.restante.session.Outbound;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * What a session keeps in memory between the cut of its connection and the return of its client: what no spool keeps. Messages a
 * spool keeps are refused, as by a full queue. Safe for concurrent use; nobody is called under the lock but the queue of a link.
 */
final class Suspension {
    /** Stanzas, and bytes of them, beyond which the oldest are forgotten: presence mostly, of which the last counts. */
    static final int MOST = 512;

    static final int MOST_BYTES = 256 * 1024;

    private final ArrayDeque<Outbound> kept = new ArrayDeque<>(0);
    private List<Outbound> elsewhere = List.of();
    private int bytes;
    private volatile boolean on;
    private final ReentrantLock lock = new ReentrantLock();

    boolean isOn() {
        return on;
    }

    void begin() {
        lock.lock();
        try {
            on = true;
        } finally {
            lock.unlock();
        }
    }

    /** Messages that another session of the owner has, so that they are in no spool; oldest first. */
    void hasElsewhere(List<Outbound> messages) {
        lock.lock();
        try {
            elsewhere = messages;
        } finally {
            lock.unlock();
        }
    }

    /** @param otherwise the link that takes the stanza if the suspension is over by now */
    boolean keep(Outbound stanza, Supplier<ClientConnection> otherwise) {
        lock.lock();
        try {
            if (!on) {
                return otherwise.get().offer(stanza);
            }
            if (stanza.storable()) {
                return false;
            }
            kept.add(stanza);
            bytes += stanza.xml().length;
            while (kept.size() > MOST || bytes > MOST_BYTES) {
                bytes -= kept.poll().xml().length;
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives nobody what was kept. @param turn makes the session use another link */
    void forget(Runnable turn) {
        lock.lock();
        try {
            turn.run();
            over();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives the client what was kept, in front of whatever comes from now on.
     *
     * @param received ids of messages it has already
     * @param turn     makes the session use the link
     */
    void end(ClientConnection back, Set<Long> received, Runnable turn) {
        lock.lock();
        try {
            elsewhere.stream()
                    .filter(message -> !received.contains(message.arrival().id()))
                    .forEach(back::offer);
            kept.forEach(back::offer);
            turn.run();
            over();
        } finally {
            lock.unlock();
        }
    }

    private void over() {
        elsewhere = List.of();
        kept.clear();
        bytes = 0;
        on = false;
    }
}
