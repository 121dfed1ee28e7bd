package im.restante.internal.roster;

import im.restante.jid.Jid;
import im.restante.roster.Directory.LiveSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The directed presence of every session. As long as a session has an entry here, its account stays in the {@link RosterCache}. Keyed
 * by the session, not its address: of two with one address the old one may end after the new one has begun.
 */
final class DirectedPresences {
    private final RosterCache cache;
    private final Online online;
    private final Map<LiveSession, DirectedPresence> bySession = new ConcurrentHashMap<>();

    DirectedPresences(RosterCache cache, Online online) {
        this.cache = cache;
        this.online = online;
    }

    /** That of {@code session}, begun now if it was not. */
    DirectedPresence of(LiveSession session) {
        return bySession.computeIfAbsent(session, s -> new DirectedPresence(s, cache.enter(s.jid())));
    }

    /** Ends it; null if it never began. The caller leaves its account in the cache when it is done with it. */
    DirectedPresence end(LiveSession session) {
        return bySession.remove(session);
    }

    /** Those of an account's sessions. */
    List<DirectedPresence> ofAccount(Jid account) {
        List<DirectedPresence> found = new ArrayList<>();
        for (LiveSession session : online.sessions(account)) {
            DirectedPresence directedPresence = bySession.get(session);
            if (directedPresence != null) {
                found.add(directedPresence);
            }
        }
        return found;
    }
}
