/** What becomes of a message for somebody who is away, and the one answer every message gets. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.delivery;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
