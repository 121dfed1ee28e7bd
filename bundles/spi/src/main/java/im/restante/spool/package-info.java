/**
 * The seam between routing and the spool: what routing hands over for an owner, and what the spool hands to a session. Messages go
 * in as an {@link im.restante.spool.Envelope}, sessions take part as a {@link im.restante.spool.Recipient}.
 */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.spool;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
