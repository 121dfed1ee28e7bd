/** The seam between connections and sessions: what a connection offers a session, and a session a connection. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.session;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
