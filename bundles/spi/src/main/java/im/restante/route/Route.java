package im.restante.route;

import im.restante.jid.Jid;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Knows the next hop of some addresses. Whiteboard: routing asks every service of this type that is present.
 *
 * <p>If two know an address, the one of the higher {@code service.ranking} wins, and of equals the service that is older. The server's own
 * route ({@link LocalRoute}) has the ranking 0 and is the oldest: one of a higher ranking is asked before it, for every stanza, and may
 * take even the addresses of accounts. An address that none of them knows is answered {@code remote-server-not-found}.
 *
 * <p>Messages and IQs take these routes. Presence does not yet: the roster answers {@code remote-server-not-found} for every address that
 * is not {@linkplain LocalRoute#isHere here}.
 */
@ConsumerType
@FunctionalInterface
public interface Route {
    /**
     * The next hop of a stanza for {@code address}. Asked for every stanza, some times more than once, on the threads that carry them: it
     * must not block. What it throws counts as null.
     *
     * @return null if the address is none of this route's
     */
    @Nullable
    NextHop next(Jid address);
}
