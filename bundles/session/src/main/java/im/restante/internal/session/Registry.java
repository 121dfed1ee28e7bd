package im.restante.internal.session;

import im.restante.internal.session.carbons.CarbonSwitch;
import im.restante.jid.Jid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Who is connected. A component of its own, below both the roster side and the routing side, so that neither waits for the other
 * to start.
 */
@Component(service = {Registry.class, Directory.class, CarbonSwitch.class})
public final class Registry implements Directory, CarbonSwitch {
    private static final Session[] NONE = {};

    /** By full JID, from the moment the name is taken until the session's end has been dealt with. */
    private final ConcurrentHashMap<Jid, Session> byName = new ConcurrentHashMap<>();

    /** By bare JID, from the completed bind to the end of the connection. Arrays are never changed. */
    private final ConcurrentHashMap<Jid, Session[]> open = new ConcurrentHashMap<>();

    @Activate
    public Registry() {}

    /** Takes a full JID for a session; answers who has it, null if it was free. */
    Session take(Session session) {
        return byName.putIfAbsent(session.jid(), session);
    }

    /** The full JID may be taken again. */
    void release(Session session) {
        byName.remove(session.jid(), session);
    }

    void open(Session session) {
        open.merge(session.jid().bare(), new Session[] {session}, (before, one) -> {
            Session[] more = Arrays.copyOf(before, before.length + 1);
            more[before.length] = session;
            return more;
        });
    }

    void close(Session session) {
        open.computeIfPresent(session.jid().bare(), (account, before) -> {
            Session[] fewer =
                    Arrays.stream(before).filter(other -> other != session).toArray(Session[]::new);
            return fewer.length == 0 ? null : fewer;
        });
    }

    /** The bound sessions of an account. Shared: not to be changed. */
    Session[] of(Jid account) {
        return open.getOrDefault(account, NONE);
    }

    /** The bound session of that full JID; null if there is none. */
    Session find(Jid full) {
        for (Session session : of(full.bare())) {
            if (session.jid().equals(full)) {
                return session;
            }
        }
        return null;
    }

    Collection<Session> all() {
        List<Session> all = new ArrayList<>();
        open.values().forEach(sessions -> all.addAll(Arrays.asList(sessions)));
        return all;
    }

    @Override
    public List<LiveSession> sessions(Jid account) {
        return List.of(of(account.bare()));
    }

    @Override
    public void interested(Jid fullJid) {
        Session session = find(fullJid);
        if (session != null) {
            session.markInterested();
        }
    }

    @Override
    public boolean carbons(Jid fullJid, boolean enabled) {
        Session session = find(fullJid);
        if (session != null) {
            session.carbons(enabled);
        }
        return session != null;
    }
}
