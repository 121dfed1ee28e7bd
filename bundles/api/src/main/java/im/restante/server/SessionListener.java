package im.restante.server;

import im.restante.jid.Jid;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told when a client has logged in. Register it as a service; there may be many.
 *
 * <p>Called on the threads that carry stanzas, by several at once, and never under a lock. It must not block: a listener that takes too
 * long is told nothing for a minute, and the log says so. What it throws costs it that one call. It misses what happens while it is not
 * registered.
 */
@ConsumerType
@FunctionalInterface
public interface SessionListener {
    /**
     * A session has begun: its client has logged in and bound a resource (RFC 6120 §7). Stanzas reach it from here on by its full JID.
     * The account gets what is sent to its bare JID when the client has sent presence, and that is still to come. A client that resumes
     * a session (XEP-0198 §5) begins none.
     *
     * @param session full
     */
    void opened(Jid session);
}
