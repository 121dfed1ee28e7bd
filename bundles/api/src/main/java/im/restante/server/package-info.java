/** What the server says of itself. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.server;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
