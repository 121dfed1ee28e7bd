package im.restante.internal.routing;

import im.restante.internal.routing.carbons.CarbonSwitch;
import im.restante.jid.Jid;
import im.restante.roster.Directory;
import im.restante.roster.Directory.LiveSession;
import im.restante.spool.OwnerSpools;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
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

    /** How many names an account has taken, and is about to take. */
    private final ConcurrentHashMap<Jid, Integer> names = new ConcurrentHashMap<>();

    /** By bare JID, from the completed bind to the end of the connection. Arrays are never changed. */
    private final ConcurrentHashMap<Jid, Session[]> open = new ConcurrentHashMap<>();

    private final RemovalBarrier removals = new RemovalBarrier(System::nanoTime);

    /** Routing's spools while it runs: this component must not need them in order to start. */
    private volatile OwnerSpools spools;

    private volatile Routes.Others otherRoutes = Routes.Others.NOBODY;
    private volatile Consumer<Jid> onOpened = session -> {};

    @Activate
    public Registry() {}

    /** The routes of other bundles. */
    Routes.Others otherRoutes() {
        return otherRoutes;
    }

    void routes(Routes.Others present) {
        otherRoutes = present;
    }

    /** @param task told of the full JID of each session that begins; must not block or throw */
    void onOpened(Consumer<Jid> task) {
        onOpened = task;
    }

    /** A session has begun, and has not ended since. */
    void announce(Jid session) {
        onOpened.accept(session);
    }

    RemovalBarrier removals() {
        return removals;
    }

    /** Whose spools are told of an account that is being removed; null: routing has stopped. */
    void spools(OwnerSpools present) {
        spools = present;
    }

    /** Gives up what is under way for an account; see {@link OwnerSpools#discard}. */
    CompletionStage<Void> discard(Jid account) {
        OwnerSpools present = spools;
        return present == null ? CompletableFuture.completedFuture(null) : present.discard(account);
    }

    /** Takes a full JID for a session; answers who has it, null if it was free. */
    Session take(Session session) {
        return byName.putIfAbsent(session.jid(), session);
    }

    /** The full JID may be taken again. */
    void release(Session session) {
        if (byName.remove(session.jid(), session)) {
            leave(session.jid().bare());
        }
    }

    /** Who has that full JID; null: it is free. */
    Session named(Jid full) {
        return byName.get(full);
    }

    /**
     * Reserves one more name of an account; {@link #release} of the session that takes it, or {@link #leave}, gives it back.
     *
     * @param most negative: any number
     */
    boolean enter(Jid account, int most) {
        AtomicBoolean entered = new AtomicBoolean();
        names.compute(account, (same, count) -> {
            int before = count == null ? 0 : count;
            if (most >= 0 && before >= most) {
                return count;
            }
            entered.setPlain(true);
            return before + 1;
        });
        return entered.getPlain();
    }

    void leave(Jid account) {
        names.computeIfPresent(account, (same, count) -> count == 1 ? null : count - 1);
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
