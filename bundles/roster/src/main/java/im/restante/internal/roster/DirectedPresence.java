package im.restante.internal.roster;

import im.restante.jid.Jid;
import im.restante.roster.Directory.LiveSession;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** One session as its account's roster sees it: to whom it sent directed presence, and what it asked to be told. */
final class DirectedPresence {
    /** Most addresses that one session's directed presence is remembered for. */
    static final int DIRECTED_MAX = 256;

    /** Most bytes of heap of those. */
    static final int MAX_HEAP = 128 * 1024;

    /** Bytes of heap of an address beside its characters. */
    private static final int ADDRESS_HEAP = 256;

    final LiveSession session;
    final CachedRoster cached;

    /** Who has got directed presence and must be told when the session goes (RFC 6121 §4.6.3). */
    private final Set<Jid> addresses = ConcurrentHashMap.newKeySet();

    private final AtomicInteger heap = new AtomicInteger();

    /** Whether it has asked for the block list, so that it is told of changes. */
    volatile boolean wantsBlockList;

    DirectedPresence(LiveSession session, CachedRoster cached) {
        this.session = session;
        this.cached = cached;
    }

    /** Whom it is remembered for; may be changed meanwhile. */
    Iterable<Jid> addresses() {
        return addresses;
    }

    /** False, with nothing changed, if that would be too many. The caller handles one presence of the session at a time. */
    boolean remember(Jid to) {
        if (addresses.contains(to)) {
            return true;
        }
        if (addresses.size() >= DIRECTED_MAX || heap.get() + heap(to) > MAX_HEAP) {
            return false;
        }
        if (addresses.add(to)) {
            heap.addAndGet(heap(to));
        }
        return true;
    }

    void forget(Jid to) {
        if (addresses.remove(to)) {
            heap.addAndGet(-heap(to));
        }
    }

    private static int heap(Jid to) {
        return ADDRESS_HEAP + 2 * to.toString().getBytes(StandardCharsets.UTF_8).length;
    }
}
