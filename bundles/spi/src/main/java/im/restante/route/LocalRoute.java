package im.restante.route;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import org.jspecify.annotations.Nullable;

/**
 * The server's own route: the server itself, and its accounts. The one place that says which addresses those are.
 *
 * @param domain that is served
 */
public record LocalRoute(Jid domain) implements Route {
    public LocalRoute {
        requireNonNull(domain, "domain");
    }

    @Override
    public @Nullable NextHop next(Jid address) {
        if (!isHere(address)) {
            return null;
        }
        return address.local() == null ? NextHop.Local.SERVER : NextHop.Local.ACCOUNT;
    }

    /** Whether the address is the server's, or an account's, with a resource or without. */
    public boolean isHere(Jid address) {
        return address.domain().equals(domain.domain());
    }

    /** Whether the address is an account's, or could be. */
    public boolean isAccount(Jid address) {
        return address.local() != null && isHere(address);
    }

    /** Whether the address is the server's own. */
    public boolean isServer(Jid address) {
        return address.local() == null && isHere(address);
    }
}
