/** Whether the server does its work, for whoever watches it: checks, and what they find. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.health;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
