/** Between the bundle that moves what stores hold and those that work with the stores. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.move;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
