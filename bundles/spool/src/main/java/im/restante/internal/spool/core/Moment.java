package im.restante.internal.spool.core;

import im.restante.internal.spool.SpoolSettings;
import im.restante.jid.Jid;
import java.time.Instant;

/** What is true outside the core when an event happens. The core reads it while it handles that event, and keeps none of it. */
public interface Moment {
    /** The server's clock. */
    Instant now();

    /** The last arrival id given to a message of this owner, or of any other of its partition. */
    long lastId(Jid owner);

    /** The settings in force. */
    SpoolSettings settings();

    /** Whether a bundle is there that acts on the rules of messages (XEP-0079). */
    boolean rulesAreRead();
}
