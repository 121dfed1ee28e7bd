/** Where stanzas go next: to an account of this server, to the server itself, or elsewhere. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.route;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
