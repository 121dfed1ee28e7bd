package im.restante.internal.session.roster;

import im.restante.internal.session.Directory.LiveSession;
import im.restante.jid.Jid;
import im.restante.stanza.Presence;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;

/**
 * Takes presence from the sessions of one account to those of another, never past a block list, and broadcasts only where both
 * rosters agree that one may see the other (RFC 6121 §4). Works on what is in memory: whoever has a session is.
 */
final class PresenceFlow {
    private final Books books;
    private final Online online;

    PresenceFlow(Books books, Online online) {
        this.books = books;
        this.online = online;
    }

    static Element unavailable(Jid from) {
        return Element.builder(Namespaces.CLIENT, "presence")
                .attribute("from", from.toString())
                .attribute("type", "unavailable")
                .build();
    }

    /** Tells watchers and the account's own available sessions (RFC 6121 §4.2.2, §4.4.2, §4.5.2). */
    void broadcast(Book book, LiveSession session, Element presence) {
        for (Contact watcher : book.roster.watchers()) {
            Element addressed = null;
            for (LiveSession viewer : online.available(watcher.jid())) {
                if (sees(viewer, book, session.jid())) {
                    addressed = addressed == null ? to(watcher.jid(), presence) : addressed;
                    viewer.send(addressed);
                }
            }
        }
        Element own = to(book.owner, presence);
        for (LiveSession other : online.available(book.owner)) {
            if (other != session) {
                other.send(own);
            }
        }
    }

    /** Shows a session the presence of those it may see, and of its account's other sessions: what probes would bring (§4.3). */
    void catchUp(Book book, LiveSession session) {
        for (Contact contact : book.roster.watched()) {
            for (LiveSession other : online.available(contact.jid())) {
                reveal(other, session);
            }
        }
        for (LiveSession other : online.available(book.owner)) {
            if (other != session) {
                show(other, session);
            }
        }
    }

    /** Answers a client's own probe; in silence if it may not know (RFC 6121 §4.3.2 allows that, and it tells a stranger least). */
    void probe(LiveSession asker, Book probed, Jid target) {
        Jid account = asker.jid().bare();
        Book book = books.held(account);
        boolean own = account.equals(probed.owner);
        if (!own && (book == null || !probed.roster.shows(account) || probed.blocked.matches(asker.jid()))) {
            return;
        }
        boolean any = false;
        for (LiveSession other : online.addressed(target)) {
            if (other.presence() != null && (own || passes(probed, other.jid(), book, asker.jid()))) {
                any = true;
                show(other, asker);
            }
        }
        if (!any) {
            asker.send(to(account, unavailable(target)));
        }
    }

    /** Sends what is addressed to somebody: directed presence, or an error. */
    void deliver(Book book, Jid from, Element presence, Jid to) {
        boolean own = to.bare().equals(book.owner);
        for (LiveSession target : online.addressed(to)) {
            Book other = books.held(to);
            if (own || other != null && passes(book, from, other, target.jid())) {
                target.send(presence);
            }
        }
    }

    /**
     * Sends {@code unavailable} to those who got directed presence.
     *
     * @param broadcast whether the watchers have just been told, and need not be told again
     */
    void endDirected(Attendance attendance, Element unavailable, boolean broadcast) {
        Book book = attendance.book;
        Jid from = attendance.session.jid();
        for (Jid to : attendance.directed) {
            attendance.directed.remove(to);
            endDirected(book, from, unavailable, to, broadcast);
        }
    }

    private void endDirected(Book book, Jid from, Element unavailable, Jid to, boolean broadcast) {
        boolean own = to.bare().equals(book.owner);
        for (LiveSession target : online.addressed(to)) {
            boolean told = broadcast && target.presence() != null && (own || sees(target, book, from));
            Book other = books.held(to);
            if (!told && (own || other != null && passes(book, from, other, target.jid()))) {
                target.send(to(to, unavailable));
            }
        }
    }

    /** Shows all of an account's presence to somebody who may see it from now on. */
    void reveal(Jid account, Jid viewer) {
        for (LiveSession session : online.available(account)) {
            for (LiveSession other : online.available(viewer)) {
                reveal(session, other);
            }
        }
    }

    /** Lets an account vanish for somebody who may not see it any more. */
    void hide(Jid account, Jid viewer) {
        Book book = books.held(account);
        Book other = books.held(viewer);
        if (book == null || other == null) {
            return; // at least one has no session
        }
        for (LiveSession session : online.available(account)) {
            Element gone = to(viewer, unavailable(session.jid()));
            for (LiveSession target : online.available(viewer)) {
                if (passes(book, session.jid(), other, target.jid())) {
                    target.send(gone);
                }
            }
        }
    }

    /** Makes presence follow a block list that has changed (XEP-0191, "User Blocks Contact" and "User Unblocks Contact"). */
    void blockListChanged(Book book, BlockList before, BlockList after, Iterable<Attendance> attendances) {
        for (Attendance attendance : attendances) {
            LiveSession mine = attendance.session;
            for (Jid to : attendance.directed) {
                if (!before.matches(to) && after.matches(to)) {
                    attendance.directed.remove(to);
                    for (LiveSession target : online.addressed(to)) {
                        vanish(mine, target);
                    }
                }
            }
            if (mine.presence() == null) {
                continue;
            }
            for (Contact watcher : book.roster.watchers()) {
                for (LiveSession theirs : online.available(watcher.jid())) {
                    boolean was = before.matches(theirs.jid());
                    boolean is = after.matches(theirs.jid());
                    if (!was && is) {
                        vanish(mine, theirs);
                    } else if (was && !is) {
                        reveal(mine, theirs);
                    }
                }
            }
            for (Contact contact : book.roster.watched()) {
                for (LiveSession theirs : online.available(contact.jid())) {
                    if (before.matches(theirs.jid()) && !after.matches(theirs.jid())) {
                        reveal(theirs, mine);
                    }
                }
            }
        }
    }

    private void vanish(LiveSession mine, LiveSession theirs) {
        Book other = books.held(theirs.jid());
        if (other != null && !other.blocked.matches(mine.jid())) {
            theirs.send(to(theirs.jid().bare(), unavailable(mine.jid())));
        }
    }

    /** Answers a presence with an error, to the session that sent it. */
    static void refuse(LiveSession session, Presence presence, Condition condition) {
        if (presence.type() != Presence.Type.ERROR) {
            session.send(presence.error(StanzaError.of(condition)).element());
        }
    }

    private void reveal(LiveSession session, LiveSession viewer) {
        Book book = books.held(session.jid());
        if (book != null && sees(viewer, book, session.jid())) {
            show(session, viewer);
        }
    }

    private boolean sees(LiveSession viewer, Book book, Jid session) {
        Book other = books.held(viewer.jid());
        return other != null
                && book.roster.shows(other.owner)
                && other.roster.watches(book.owner)
                && passes(book, session, other, viewer.jid());
    }

    private static boolean passes(Book sender, Jid from, Book receiver, Jid to) {
        return !sender.blocked.matches(to) && !receiver.blocked.matches(from);
    }

    /** Sends what {@code session} has broadcast last, and again what it is overtaken by in this moment. */
    private static void show(LiveSession session, LiveSession viewer) {
        Element shown = session.presence();
        while (shown != null) {
            viewer.send(to(viewer.jid().bare(), shown));
            Element now = session.presence();
            if (shown.equals(now)) {
                return;
            }
            if (now == null) {
                viewer.send(to(viewer.jid().bare(), unavailable(session.jid())));
            }
            shown = now;
        }
    }

    private static Element to(Jid to, Element presence) {
        return presence.withAttribute("to", to.toString());
    }
}
