/** What the server says of itself, what is sent in its name, and who has logged in. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.server;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
