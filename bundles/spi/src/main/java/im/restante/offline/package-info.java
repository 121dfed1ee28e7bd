/** The settings of {@code im.restante.offline}, which several bundles act on. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.offline;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
