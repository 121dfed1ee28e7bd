/** What connections, addresses and accounts may take of the server before somebody else has to wait for it. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.limit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
