/** How many messages of a pair and of an owner are kept, and what happens to the one beyond. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.quota;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
