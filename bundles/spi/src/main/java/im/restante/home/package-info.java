/** Where everything about an owner is decided. With one node every owner is here. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.home;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
