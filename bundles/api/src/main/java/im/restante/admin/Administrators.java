package im.restante.admin;

import im.restante.jid.Jid;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Who administers this server. The services of this package ask nobody for rights: whoever offers their acts asks here, before each one.
 *
 * <p>Does not block; safe for concurrent use. With each change of who is an administrator the service is modified
 * ({@code ServiceEvent.MODIFIED}), after the change: the {@code updated} method of a reference hears of it. When the domain of the
 * server becomes known, or is gone, it is registered anew.
 */
@ProviderType
public interface Administrators {
    /**
     * Whether the account of an address is an administrator's.
     *
     * @param address bare or full, of a session that has logged in, or of an account that is to be made; an address of another domain is never an administrator's
     */
    boolean isAdministrator(Jid address);
}
