package im.restante.internal.roster;

import im.restante.jid.Jid;
import im.restante.roster.Directory.LiveSession;
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
    private final RosterCache cache;
    private final Online online;

    PresenceFlow(RosterCache cache, Online online) {
        this.cache = cache;
        this.online = online;
    }

    static Element unavailable(Jid from) {
        return Element.builder(Namespaces.CLIENT, "presence")
                .attribute("from", from.toString())
                .attribute("type", "unavailable")
                .build();
    }

    /** Tells watchers and the account's own available sessions (RFC 6121 §4.2.2, §4.4.2, §4.5.2). */
    void broadcast(CachedRoster cached, LiveSession session, Element presence) {
        for (Contact watcher : cached.roster.watchers()) {
            Element addressed = null;
            for (LiveSession viewer : online.available(watcher.jid())) {
                if (sees(viewer, cached, session.jid())) {
                    addressed = addressed == null ? to(watcher.jid(), presence) : addressed;
                    viewer.send(addressed);
                }
            }
        }
        Element own = to(cached.owner, presence);
        for (LiveSession other : online.available(cached.owner)) {
            if (other != session) {
                other.send(own);
            }
        }
    }

    /** Shows a session the presence of those it may see, and of its account's other sessions: what probes would bring (§4.3). */
    void catchUp(CachedRoster cached, LiveSession session) {
        for (Contact contact : cached.roster.watched()) {
            for (LiveSession other : online.available(contact.jid())) {
                reveal(other, session);
            }
        }
        for (LiveSession other : online.available(cached.owner)) {
            if (other != session) {
                show(other, session);
            }
        }
    }

    /** Answers a client's own probe; in silence if it may not know (RFC 6121 §4.3.2 allows that, and it tells a stranger least). */
    void probe(LiveSession asker, CachedRoster probed, Jid target) {
        Jid account = asker.jid().bare();
        CachedRoster cached = cache.held(account);
        boolean own = account.equals(probed.owner);
        if (!own && (cached == null || !probed.roster.shows(account) || probed.blocked.matches(asker.jid()))) {
            return;
        }
        boolean any = false;
        for (LiveSession other : online.addressed(target)) {
            if (other.presence() != null && (own || passes(probed, other.jid(), cached, asker.jid()))) {
                any = true;
                show(other, asker);
            }
        }
        if (!any) {
            asker.send(to(account, unavailable(target)));
        }
    }

    /** Sends what is addressed to somebody: directed presence, or an error. */
    void deliver(CachedRoster cached, Jid from, Element presence, Jid to) {
        boolean own = to.bare().equals(cached.owner);
        for (LiveSession target : online.addressed(to)) {
            CachedRoster other = cache.held(to);
            if (own || other != null && passes(cached, from, other, target.jid())) {
                target.send(presence);
            }
        }
    }

    /**
     * Sends {@code unavailable} to those who got directed presence.
     *
     * @param broadcast whether the watchers have just been told, and need not be told again
     */
    void endDirected(DirectedPresence directedPresence, Element unavailable, boolean broadcast) {
        CachedRoster cached = directedPresence.cached;
        Jid from = directedPresence.session.jid();
        for (Jid to : directedPresence.addresses()) {
            directedPresence.forget(to);
            endDirected(cached, from, unavailable, to, broadcast);
        }
    }

    private void endDirected(CachedRoster cached, Jid from, Element unavailable, Jid to, boolean broadcast) {
        boolean own = to.bare().equals(cached.owner);
        for (LiveSession target : online.addressed(to)) {
            boolean told = broadcast && target.presence() != null && (own || sees(target, cached, from));
            CachedRoster other = cache.held(to);
            if (!told && (own || other != null && passes(cached, from, other, target.jid()))) {
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
        CachedRoster cached = cache.held(account);
        CachedRoster other = cache.held(viewer);
        if (cached == null || other == null) {
            return; // at least one has no session
        }
        for (LiveSession session : online.available(account)) {
            Element gone = to(viewer, unavailable(session.jid()));
            for (LiveSession target : online.available(viewer)) {
                if (passes(cached, session.jid(), other, target.jid())) {
                    target.send(gone);
                }
            }
        }
    }

    /** Makes presence follow a block list that has changed (XEP-0191, "User Blocks Contact" and "User Unblocks Contact"). */
    void blockListChanged(
            CachedRoster cached, BlockList before, BlockList after, Iterable<DirectedPresence> directedPresences) {
        for (DirectedPresence directedPresence : directedPresences) {
            LiveSession mine = directedPresence.session;
            for (Jid to : directedPresence.addresses()) {
                if (!before.matches(to) && after.matches(to)) {
                    directedPresence.forget(to);
                    for (LiveSession target : online.addressed(to)) {
                        vanish(mine, target);
                    }
                }
            }
            if (mine.presence() == null) {
                continue;
            }
            for (Contact watcher : cached.roster.watchers()) {
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
            for (Contact contact : cached.roster.watched()) {
                for (LiveSession theirs : online.available(contact.jid())) {
                    if (before.matches(theirs.jid()) && !after.matches(theirs.jid())) {
                        reveal(theirs, mine);
                    }
                }
            }
        }
    }

    private void vanish(LiveSession mine, LiveSession theirs) {
        CachedRoster other = cache.held(theirs.jid());
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
        CachedRoster cached = cache.held(session.jid());
        if (cached != null && sees(viewer, cached, session.jid())) {
            show(session, viewer);
        }
    }

    private boolean sees(LiveSession viewer, CachedRoster cached, Jid session) {
        CachedRoster other = cache.held(viewer.jid());
        return other != null
                && cached.roster.shows(other.owner)
                && other.roster.watches(cached.owner)
                && passes(cached, session, other, viewer.jid());
    }

    private static boolean passes(CachedRoster sender, Jid from, CachedRoster receiver, Jid to) {
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
