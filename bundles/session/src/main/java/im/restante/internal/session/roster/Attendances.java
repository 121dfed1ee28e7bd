package im.restante.internal.session.roster;

import im.restante.internal.session.Directory.LiveSession;
import im.restante.jid.Jid;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The attendance of every session, which keeps its account's book in memory. Keyed by the session, not its address: of two with one
 * address the old one may end after the new one has begun.
 */
final class Attendances {
    private final Books books;
    private final Online online;
    private final Map<LiveSession, Attendance> bySession = new ConcurrentHashMap<>();

    Attendances(Books books, Online online) {
        this.books = books;
        this.online = online;
    }

    /** That of {@code session}, begun now if it was not. */
    Attendance of(LiveSession session) {
        return bySession.computeIfAbsent(session, s -> new Attendance(s, books.enter(s.jid())));
    }

    /** Ends it; null if it never began. The caller leaves the book when it is done with it. */
    Attendance end(LiveSession session) {
        return bySession.remove(session);
    }

    /** Those of an account's sessions. */
    List<Attendance> ofAccount(Jid account) {
        List<Attendance> found = new ArrayList<>();
        for (LiveSession session : online.sessions(account)) {
            Attendance attendance = bySession.get(session);
            if (attendance != null) {
                found.add(attendance);
            }
        }
        return found;
    }
}
