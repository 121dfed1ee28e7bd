/** What the server says of itself. */
@Export
@Version("1.0.0")
package im.restante.server;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
