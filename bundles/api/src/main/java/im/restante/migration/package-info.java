/** Moving what one store holds to another while the server serves. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.migration;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
