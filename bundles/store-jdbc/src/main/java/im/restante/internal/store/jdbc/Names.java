package im.restante.internal.store.jdbc;

import im.restante.internal.support.BoundedCache;
import im.restante.jid.Jid;

/**
 * Addresses known to have their row in {@code om_user}: put in only after the row was committed, and cleared for a new connection, since
 * the database behind it may be another. What it has forgotten is read, or written again, at no harm.
 */
final class Names extends BoundedCache<Key, Jid> {
    /** Some 2 MB when full. */
    private static final int MOST = 8_192;

    Names() {
        super(MOST);
    }
}
