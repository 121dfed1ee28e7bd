package im.restante.internal.session.roster;

import im.restante.internal.session.Directory.LiveSession;
import im.restante.jid.Jid;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What one session has told and asked, beside its broadcast presence. */
final class Attendance {
    /** Most addresses that one session's directed presence is remembered for. */
    static final int DIRECTED_MAX = 1_000;

    final LiveSession session;
    final Book book;

    /** Who has got directed presence and must be told when the session goes (RFC 6121 §4.6.3). */
    final Set<Jid> directed = ConcurrentHashMap.newKeySet();

    /** Whether it has asked for the block list, so that it is told of changes. */
    volatile boolean wantsBlockList;

    Attendance(LiveSession session, Book book) {
        this.session = session;
        this.book = book;
    }
}
