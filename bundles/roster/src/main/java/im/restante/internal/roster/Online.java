package im.restante.internal.roster;

import im.restante.jid.Jid;
import im.restante.roster.Directory;
import im.restante.roster.Directory.LiveSession;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Who is connected; nobody while there is no {@link Directory}. */
final class Online {
    private final Supplier<Directory> directory;

    Online(Supplier<Directory> directory) {
        this.directory = directory;
    }

    /** All sessions of an account. */
    List<LiveSession> sessions(Jid account) {
        Directory current = directory.get();
        return current == null ? List.of() : current.sessions(account.bare());
    }

    /** Those that have sent available presence. */
    List<LiveSession> available(Jid account) {
        List<LiveSession> all = sessions(account);
        if (all.isEmpty()) {
            return all;
        }
        List<LiveSession> available = new ArrayList<>(all.size());
        for (LiveSession session : all) {
            if (session.presence() != null) {
                available.add(session);
            }
        }
        return available;
    }

    /** Whom a presence is for: the session of a full address, or all available ones of a bare one (RFC 6121 §8.5). */
    List<LiveSession> addressed(Jid to) {
        if (to.isBare()) {
            return available(to);
        }
        for (LiveSession session : sessions(to)) {
            if (session.jid().equals(to)) {
                return List.of(session);
            }
        }
        return List.of();
    }

    /** Notes that a session has asked for its roster. */
    void interested(Jid fullJid) {
        Directory current = directory.get();
        if (current != null) {
            current.interested(fullJid);
        }
    }
}
